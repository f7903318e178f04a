/** The page without a person: a prompt for one, and advice about an unknown one. */
import { useChangeView, useView } from '../clocks/use-view.ts';
import { useSession } from '../ledger/session.ts';
import { Id } from '../parts/names.tsx';
import { Examples } from '../shell/examples.tsx';
import { PersonSearch } from '../shell/person-search.tsx';

export const UnknownPerson = ({ subject }: { subject: string }) => {
  const view = useView();
  const change = useChangeView();
  const { token } = useSession();
  const then = view.knownAt !== undefined || view.knownPosition !== undefined;
  return (
    <section className="state-page">
      <h1>
        Person not found: <Id>{subject}</Id>
      </h1>
      <p>
        {then
          ? 'No event up to this point of the log names this person. Look again as known now: one may have been recorded later.'
          : 'No event names this person. Check the spelling of the identifier. If the person was erased from the ledger, the history remains under a pseudonym, but nothing links the identifier to it.'}
      </p>
      {token === undefined ? null : (
        <p>
          A key without the scope <code>identify</code> finds people only by their pseudonyms.
        </p>
      )}
      {then ? (
        <button type="button" onClick={() => change({ knownAt: undefined, knownPosition: undefined })}>
          Look as known now
        </button>
      ) : null}
      <PersonSearch label="Find this or another person" autoFocus />
    </section>
  );
};

export const PersonPrompt = () => (
  <section className="state-page">
    <h1>Whose data?</h1>
    <p>Enter the identifier that your services use for the person.</p>
    <PersonSearch label="Find this or another person" autoFocus />
    <Examples />
  </section>
);
