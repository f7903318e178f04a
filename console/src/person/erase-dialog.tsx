/**
 * Erases a person from the ledger (R21; GDPR, Article 17): explains the effect and what remains to be done, and
 * asks for the identifier as confirmation.
 */
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type Answer, orThrow } from '../../../src/client/client.ts';
import type { PersonFile } from '../../../src/client/rows.ts';
import { shownText } from '../../../src/contract/shown-text.ts';
import { fileOf } from '../ledger/person-queries.ts';
import { ledger } from '../ledger/session.ts';
import { Icon } from '../parts/icon.tsx';
import { Id } from '../parts/names.tsx';
import { Answered, Failure, isUnknown } from '../parts/states.tsx';
import { ErasureLists } from './erasure-lists.tsx';

/** Whether the text is the identifier, however its accents are composed or its invisible characters are shown. */
const names = (typed: string, subject: string): boolean =>
  [subject, shownText(subject)].some((name) => typed.trim().normalize() === name.normalize());

export const EraseDialog = ({
  subject,
  onErased,
  onClose,
}: {
  subject: string;
  /** @param known what was known of the person when the reader confirmed. */
  onErased: (known: Answer<PersonFile>) => void;
  onClose: () => void;
}) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const file = useQuery(fileOf(subject));
  const erase = useMutation({
    // Must not be sent later, when the reader no longer expects it.
    networkMode: 'always',
    mutationFn: async (known: Answer<PersonFile>) => {
      orThrow(await ledger().subjects.erase(subject));
      return known;
    },
    onSuccess: onErased,
  });
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
    title.current?.focus();
  }, []);
  const gone = !erase.isPending && (isUnknown(file.error) || isUnknown(erase.error));
  return (
    <dialog
      ref={dialog}
      className="dialog erase"
      aria-labelledby="erase-title"
      onCancel={(event) => erase.isPending && event.preventDefault()}
      onClose={onClose}
    >
      <header>
        <h2 id="erase-title" ref={title} tabIndex={-1}>
          Erase <Id>{subject}</Id> from this ledger?
        </h2>
        <button
          type="button"
          className="quiet"
          disabled={erase.isPending}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
          Close
        </button>
      </header>
      <ul className="erase-says">
        <li>
          This destroys the link between the identifier and the history. Afterwards nobody finds this person
          in the ledger. <strong>It cannot be undone.</strong>
        </li>
        <li>The log and its proofs stay valid, but the events no longer name this person.</li>
        <li>It deletes nothing at the sites and in the backups below. Save the lists that you need.</li>
      </ul>
      {gone ? (
        <p className="state failure" role="alert">
          <Icon name="warning" />
          This person is no longer in the ledger. Somebody else may have erased them in the meantime.
        </p>
      ) : (
        <Answered of={file} what={`what is known of ${subject}`}>
          {(known) => (
            <>
              <ErasureLists subject={subject} answer={known} level="h3" withProof={false} />
              <Confirmation
                subject={subject}
                busy={erase.isPending}
                error={erase.error}
                onConfirmed={() => erase.mutate(known)}
              />
            </>
          )}
        </Answered>
      )}
    </dialog>
  );
};

const Confirmation = ({
  subject,
  busy,
  error,
  onConfirmed,
}: {
  subject: string;
  busy: boolean;
  error: unknown;
  onConfirmed: () => void;
}) => {
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const go = (event: FormEvent): void => {
    event.preventDefault();
    const right = names(typed, subject);
    setWrong(!right);
    if (right && !busy) onConfirmed();
  };
  return (
    <form className="erase-form" aria-label="Confirm the erasure" onSubmit={go}>
      <label htmlFor="erase-typed">
        To confirm, type the identifier: <Id>{subject}</Id>
      </label>
      <input
        id="erase-typed"
        type="text"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong ? 'erase-wrong' : undefined}
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value);
          setWrong(false);
        }}
      />
      <button type="submit" className="danger" disabled={busy}>
        {busy ? 'Erasing…' : 'Erase this person'}
      </button>
      {wrong ? (
        <p id="erase-wrong" className="fault-text" role="alert">
          This is not the identifier. Nothing was erased. Type it exactly as it is shown.
        </p>
      ) : null}
      {error === null ? null : (
        <>
          <Failure error={error} />
          <p className="hint">If the erasure stopped halfway, erasing the person again completes it.</p>
        </>
      )}
    </form>
  );
};
