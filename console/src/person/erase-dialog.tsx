/**
 * Erases a person from the ledger (R21; GDPR, Article 17): explains the effect and what remains to be done, and
 * asks for the identifier as confirmation.
 */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type Answer, orThrow } from '../../../src/client/client.ts';
import type { PersonFile } from '../../../src/client/rows.ts';
import { shownText } from '../../../src/contract/shown-text.ts';
import { fileOf } from '../ledger/person-queries.ts';
import { ledger } from '../ledger/session.ts';
import { Icon } from '../parts/icon.tsx';
import { Id } from '../parts/names.tsx';
import { Answered, isUnknown } from '../parts/states.tsx';
import { EraseFailure, mayHaveErased } from './erase-failure.tsx';
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
  /** Whether an attempt failed that may have erased the person. */
  const [begun, setBegun] = useState(false);
  const erase = useMutation({
    // Must not be sent later, when the reader no longer expects it.
    networkMode: 'always',
    mutationFn: async (known: Answer<PersonFile>) => {
      orThrow(await ledger().subjects.erase(subject));
      return known;
    },
    onSuccess: onErased,
    onError: (error) => {
      if (!mayHaveErased(error)) return;
      setBegun(true);
      // If the ledger no longer knows the person, it did erase them.
      void file.refetch();
    },
  });
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
    title.current?.focus();
  }, []);
  const gone = !erase.isPending && (isUnknown(file.error) || isUnknown(erase.error));
  const known = file.data;
  // An attempt without an answer did it after all.
  const done = gone && begun;
  useEffect(() => {
    if (done && known !== undefined) onErased(known);
  }, [done, known, onErased]);
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
        <Gone subject={subject} known={known} />
      ) : (
        <Answered of={file} what={`what is known of ${subject}`}>
          {(found) => (
            <>
              <ErasureLists subject={subject} answer={found} level="h3" withProof={false} />
              <Confirmation
                subject={subject}
                busy={erase.isPending}
                error={erase.error}
                onConfirmed={() => erase.mutate(found)}
              />
            </>
          )}
        </Answered>
      )}
    </dialog>
  );
};

/** Somebody else erased the person: what was known before is still here, if it was loaded by then. */
const Gone = ({ subject, known }: { subject: string; known: Answer<PersonFile> | undefined }) => (
  <>
    <p className="state failure" role="alert">
      <Icon name="warning" />
      <span>
        <strong>This person is no longer in the ledger.</strong> Somebody else erased them in the meantime.{' '}
        {known === undefined ? (
          <>
            The lists of whom to tell were not loaded by then.{' '}
            <Link to="/log" search={{ type: 'SubjectForgotten' }}>
              The log says who erased them
            </Link>
            : ask there for the lists.
          </>
        ) : (
          'The lists below are from before. Save them before you close this, because nobody can look them up again.'
        )}
      </span>
    </p>
    {known === undefined ? null : (
      <ErasureLists subject={subject} answer={known} level="h3" withProof={false} />
    )}
  </>
);

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
      {error === null ? null : <EraseFailure error={error} />}
    </form>
  );
};
