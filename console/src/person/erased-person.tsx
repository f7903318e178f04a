/** The page after a person was erased: a confirmation, and what remains to be done. */
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Answer } from '../../../src/client/client.ts';
import type { PersonFile } from '../../../src/client/rows.ts';
import { Icon } from '../parts/icon.tsx';
import { Id } from '../parts/names.tsx';
import { ErasureLists } from './erasure-lists.tsx';

const countOf = (count: number): string =>
  count === 0
    ? 'No backup is known to hold the data.'
    : count === 1
      ? '1 backup still holds the data, until it is confirmed destroyed.'
      : `${count} backups still hold the data, until they are confirmed destroyed.`;

/** @param known what was known of the person before the erasure. */
export const ErasedPerson = ({ subject, known }: { subject: string; known: Answer<PersonFile> }) => {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div className="thing">
      <div className="screen-head">
        <h1 ref={title} tabIndex={-1}>
          Erased: <Id>{subject}</Id>
        </h1>
      </div>
      <p className="banner calm" role="status">
        <Icon name="pin" />
        <span>
          <strong>This person was erased from the ledger.</strong> The history and its proofs remain under a
          pseudonym that leads to nobody. {countOf(known.data.backups.length)}
        </span>
      </p>
      <p className="hint screen-purpose">
        The lists below are from before the erasure. Save them before you leave this page: nobody can look
        them up by this identifier again.
      </p>
      <ErasureLists subject={subject} answer={known} level="h2" withProof />
      <p className="person-foot">
        <Link to="/log" search={{ type: 'SubjectForgotten' }}>
          Show erasures in the log
        </Link>
        <Link to="/backups" search={{}}>
          Show the register of backups
        </Link>
      </p>
    </div>
  );
};
