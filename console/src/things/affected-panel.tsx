/** Everybody whose data a party could reach in a period, or accessed: the counts first, then the people. */
import { useQuery } from '@tanstack/react-query';
import * as E from 'fp-ts/lib/Either.js';
import { useState } from 'react';
import { orThrow } from '../../../src/client/client.ts';
import type { Affected } from '../../../src/client/rows.ts';
import { readMoment } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { concernedIn, concernedKey, peopleColumns } from '../findings/people-columns.tsx';
import { affectedBy } from '../ledger/backup-queries.ts';
import { ledger } from '../ledger/session.ts';
import { save } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { useNames } from '../parts/names.tsx';
import { Answered, Failure } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';

/** The question: the fields as typed. */
interface Asked {
  readonly from: string;
  readonly to: string;
  readonly observed: boolean;
}

const Counts = ({ of }: { of: Affected }) => {
  const lists: ReadonlyArray<readonly [string, ReadonlyArray<readonly [string, number]>]> = [
    ['By population', of.populations.map(({ population, subjects }) => [population ?? 'in none', subjects])],
    [
      'By jurisdiction',
      of.jurisdictions.map(({ jurisdiction, subjects }) => [jurisdiction ?? 'not known', subjects]),
    ],
    ['By dataset', of.datasets.map(({ dataset, subjects }) => [dataset, subjects])],
    ['By category', of.categories.map(({ category, subjects }) => [category, subjects])],
  ];
  return (
    <div className="affected-counts">
      {lists.map(([title, rows]) => (
        <section key={title}>
          <h3>{title}</h3>
          {rows.length === 0 ? <p className="unknown">nobody</p> : null}
          <ul>
            {rows.map(([name, subjects]) => (
              <li key={name}>
                <bdi>{name}</bdi> <span className="number">{subjects.toLocaleString('en')}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
};

const Answer = ({ party, asked }: { party: string; asked: Asked }) => {
  const view = useView();
  const names = useNames();
  const question = {
    ...(asked.from === '' ? {} : { from: asked.from }),
    ...(asked.to === '' ? {} : { to: asked.to }),
    ...(asked.observed ? { observed: true } : {}),
  };
  const [failure, setFailure] = useState<unknown>();
  const affected = useQuery(affectedBy(party, question, questionOf(view)));
  const download = async (): Promise<void> => {
    const clocks = affected.data?.clocks;
    const pinned = clocks === undefined ? {} : { validAt: clocks.validAt, knownPosition: clocks.position };
    const text = await ledger().parties.affectedCsv(party, {
      ...questionOf(view),
      ...pinned,
      knownAt: undefined,
      ...question,
    });
    if (E.isLeft(text)) return setFailure(text.left);
    save(`affected-by-${party}.csv`, 'text/csv;charset=utf-8', orThrow(text));
  };
  return (
    <Answered of={affected} what="whom it affected">
      {(answer) => (
        <>
          <div className="panel-text">
            <p>
              <strong>
                {answer.data.subjects.toLocaleString('en')} {answer.data.subjects === 1 ? 'person' : 'people'}
              </strong>
              , each counted once.{' '}
              <button type="button" className="quiet" onClick={() => void download()}>
                <Icon name="down" />
                Everybody as CSV
              </button>
            </p>
            {failure === undefined ? null : <Failure error={failure} />}
          </div>
          <Counts of={answer.data} />
          <Table
            caption="People whose data is concerned"
            fileName={`affected-by-${party}`}
            columns={peopleColumns(names, party)}
            rows={concernedIn(answer.data.people)}
            rowKey={concernedKey}
            clocks={answer.clocks}
            minAssurance={view.minAssurance ?? 'claimed'}
            empty="Nobody, as far as the ledger knows."
          />
          {answer.next === null ? null : (
            <p className="hint panel-text">
              The file has all of them; the first {answer.data.people.length} are shown here.
            </p>
          )}
        </>
      )}
    </Answered>
  );
};

/** A typed date in the API's format; undefined if invalid. */
const momentOf = (typed: string): string | undefined => {
  if (typed.trim() === '') return '';
  const read = readMoment(typed);
  return E.isRight(read) ? read.right : undefined;
};

export const AffectedPanel = ({ party }: { party: string }) => {
  const [typed, setTyped] = useState<Asked>({ from: '', to: '', observed: false });
  const [asked, setAsked] = useState<Asked>();
  const [fault, setFault] = useState<string>();
  const field = (name: 'from' | 'to', label: string) => (
    <span className="field">
      <label htmlFor={`affected-${name}`}>{label}</label>
      <input
        id={`affected-${name}`}
        type="text"
        autoComplete="off"
        placeholder="e.g. 2022-06-01"
        value={typed[name]}
        onChange={({ target }) => setTyped({ ...typed, [name]: target.value })}
      />
    </span>
  );
  return (
    <section className="panel" id="affected" aria-labelledby="affected-title">
      <header>
        <h2 id="affected-title">Whose data is concerned</h2>
      </header>
      <form
        className="filters affected-form"
        onSubmit={(event) => {
          event.preventDefault();
          const [from, to] = [momentOf(typed.from), momentOf(typed.to)];
          if (from === undefined || to === undefined)
            return setFault('Enter dates like 2022-06-01, or leave the field empty.');
          setFault(undefined);
          setAsked({ ...typed, from, to });
        }}
      >
        {field('from', 'From')}
        {field('to', 'until')}
        <label>
          <input
            type="checkbox"
            checked={typed.observed}
            onChange={({ target }) => setTyped({ ...typed, observed: target.checked })}
          />{' '}
          only those whose data it was seen to access
        </label>
        <button type="submit">Count them</button>
        {fault === undefined ? null : (
          <span className="fault" role="alert">
            {fault}
          </span>
        )}
      </form>
      {asked === undefined ? (
        <p className="hint panel-text">
          To notify people of a breach: everybody whose data this party could reach in a period, with numbers
          by population, jurisdiction, dataset and category. Without dates, it covers the moment chosen above.
        </p>
      ) : (
        <Answer party={party} asked={asked} />
      )}
    </section>
  );
};
