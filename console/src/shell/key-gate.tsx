/** Signing in with a key, if the ledger requires one. */
import { useEffect, useState } from 'react';
import { endOfLogin, loginFault, loginOffered, signIn } from '../ledger/login.ts';
import { setKey, useSession } from '../ledger/session.ts';

/** Why access is denied. */
const headingFor = (token: string | undefined): string => {
  if (token === undefined) return 'This ledger requires a key';
  const end = endOfLogin(token);
  if (end === undefined) return 'This key is not accepted';
  return end <= Date.now() ? 'Your login has ended' : 'This login is not accepted';
};

export const KeyGate = () => {
  const { token } = useSession();
  const [typed, setTyped] = useState('');
  const [keep, setKeep] = useState(false);
  const [login, setLogin] = useState<Awaited<ReturnType<typeof loginOffered>>>();
  useEffect(() => {
    void loginOffered().then(setLogin);
  }, []);
  return (
    <form
      className="key-gate"
      aria-label="Sign in with a key"
      onSubmit={(event) => {
        event.preventDefault();
        setKey(typed.trim() === '' ? undefined : typed.trim(), keep);
      }}
    >
      <h1>{headingFor(token)}</h1>
      {loginFault === undefined ? null : <p role="alert">You are not signed in: {loginFault}.</p>}
      {login === undefined ? null : (
        <p>
          <button type="button" onClick={() => void signIn(login)}>
            Sign in with {new URL(login.issuer).host}
          </button>{' '}
          You come back to this page.
        </p>
      )}
      <p>
        To read, the key needs the scope <code>audit</code>; to look people up by their own identifiers, it
        also needs <code>identify</code>. The operator of the ledger creates keys with{' '}
        <code>domicile keys create</code>. This tab keeps the key until you close it, unless you stay signed
        in.
      </p>
      <label htmlFor="key">Key</label>
      <input
        id="key"
        type="password"
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <label className="keep-key">
        <input type="checkbox" checked={keep} onChange={({ target }) => setKeep(target.checked)} />
        Stay signed in on this device, in all tabs
      </label>
      <button type="submit">Sign in</button>
    </form>
  );
};
