/**
 * What if: a policy in Cedar, tried over all history before it is adopted, and adopted with a reason.
 *
 * The draft is in the part of the address after `#`, which no browser sends anywhere: it can be of any length, and a link
 * to it shows the same draft to somebody else.
 */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import * as E from 'fp-ts/lib/Either.js';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ClientFailure, orThrow } from '../../../src/client/client.ts';
import { AllTimeSentence } from '../clocks/clock-bar.tsx';
import { readMoment, wordedMoment, writeMoment } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { policiesAt, simulated } from '../ledger/queries.ts';
import { ledger } from '../ledger/session.ts';
import { Icon } from '../parts/icon.tsx';
import { Answered, Failure } from '../parts/states.tsx';
import { useTitle } from '../shell.tsx';
import { Difference } from './difference.tsx';
import { readReason, withReason } from './reason.ts';

/** A draft, as it is written: dates as they were typed. */
interface Draft {
  readonly policy: string;
  readonly title: string;
  readonly authority: string;
  readonly cedar: string;
  readonly effectiveFrom: string;
  readonly effectiveUntil: string;
}

const example = `// Nobody outside the country may reach the data of people in it.
@id("reached-from-abroad")
forbid(principal, action == Action::"reach", resource)
when { resource.jurisdiction == "US" }
unless { principal in Country::"US" };
`;

const emptyDraft: Draft = {
  policy: '',
  title: '',
  authority: '',
  cedar: example,
  effectiveFrom: '',
  effectiveUntil: '',
};

const fields = Object.keys(emptyDraft) as ReadonlyArray<keyof Draft>;

const readDraft = (hash: string): Partial<Draft> => {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = parameters.get(field);
      return value === null ? [] : [[field, value]];
    }),
  );
};

const writeDraft = (draft: Draft): string =>
  new URLSearchParams(
    fields.filter((field) => draft[field] !== '').map((field) => [field, draft[field]]),
  ).toString();

/** What is wrong with the draft, before it is sent. */
const faultsOf = ({
  policy,
  title,
  cedar,
  effectiveFrom,
  effectiveUntil,
}: Draft): Partial<Record<keyof Draft, string>> => {
  const faults: Partial<Record<keyof Draft, string>> = {};
  if (!/^[A-Za-z0-9._:/@-]{1,128}$/.test(policy))
    faults.policy = 'An identifier: 1 to 128 of A-Z a-z 0-9 . _ : / @ -';
  if (title.trim() === '') faults.title = 'A title, for those who read the findings.';
  if (cedar.trim() === '') faults.cedar = 'The rules, in Cedar.';
  const from = readMoment(effectiveFrom);
  if (E.isLeft(from)) faults.effectiveFrom = from.left;
  const until = effectiveUntil === '' ? undefined : readMoment(effectiveUntil);
  if (until !== undefined && E.isLeft(until)) faults.effectiveUntil = until.left;
  return faults;
};

const momentOf = (typed: string): string => {
  const read = readMoment(typed);
  return E.isRight(read) ? read.right : '';
};

const Errors = ({ error }: { error: unknown }) => {
  const errors =
    error instanceof ClientFailure && error.error.kind === 'problem' ? error.error.problem.errors : undefined;
  if (errors === undefined || errors.length === 0) return <Failure error={error} />;
  return (
    <div className="state failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>This cannot be adopted.</strong>
        <ul className="cedar-errors">
          {errors.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>{message}</li>
          ))}
        </ul>
      </div>
    </div>
  );
};

/** An id that no other event of the console has. */
const freshId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const Adopt = ({ draft }: { draft: Draft }) => {
  const view = useView();
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const adopt = useMutation({
    mutationFn: async () =>
      orThrow(
        await ledger().events.emit({
          id: `adopted-${freshId()}`,
          source: 'urn:domicile:console',
          type: 'PolicyAdopted',
          time: new Date().toISOString(),
          data: {
            policy: draft.policy,
            title: draft.title.trim(),
            ...(draft.authority.trim() === '' ? {} : { authority: draft.authority.trim() }),
            cedar: withReason(draft.cedar, reason),
            effectiveFrom: momentOf(draft.effectiveFrom),
            ...(draft.effectiveUntil === '' ? {} : { effectiveUntil: momentOf(draft.effectiveUntil) }),
          },
        }),
      ),
    onSuccess: ({ position }) => {
      void navigate({
        to: '/findings',
        search: { ...clocksOf(view), policy: draft.policy, proof: position },
      });
    },
  });
  const go = (event: FormEvent): void => {
    event.preventDefault();
    if (reason.trim() !== '') adopt.mutate();
  };
  return (
    <form className="panel adopt" aria-labelledby="adopt-title" onSubmit={go}>
      <header>
        <h2 id="adopt-title">Adopt it</h2>
      </header>
      <div className="panel-text">
        <p className="hint">
          From then on it is judged for everybody, effective{' '}
          {wordedMoment(Date.parse(momentOf(draft.effectiveFrom)))}. If <bdi>{draft.policy}</bdi> was adopted
          before, this is its next version; what older versions found stays as it is.
        </p>
        <label htmlFor="reason">
          Why it is adopted. The reason is recorded for good: it stands above the rules in the adopted text,
          and with the version it makes.
        </label>
        <textarea
          id="reason"
          rows={2}
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {adopt.isError ? <Errors error={adopt.error} /> : null}
        <button type="submit" disabled={reason.trim() === '' || adopt.isPending}>
          {adopt.isPending ? 'Adopting…' : 'Adopt this policy'}
        </button>
      </div>
    </form>
  );
};

const Outcome = ({ draft }: { draft: Draft }) => {
  const outcome = useQuery({
    ...simulated({
      policy: draft.policy,
      cedar: draft.cedar,
      effectiveFrom: momentOf(draft.effectiveFrom),
      ...(draft.effectiveUntil === '' ? {} : { effectiveUntil: momentOf(draft.effectiveUntil) }),
    }),
    retry: false,
  });
  if (outcome.isError) return <Errors error={outcome.error} />;
  return (
    <Answered of={outcome} what="what it would have found, over all history">
      {(answer) => (
        <>
          <AllTimeSentence clocks={answer.clocks} />
          <Difference
            difference={answer.data}
            clocks={answer.clocks}
            minAssurance="claimed"
            fileName={`what-if-${draft.policy}`}
          />
          <Adopt draft={draft} />
        </>
      )}
    </Answered>
  );
};

export const TryScreen = () => {
  useTitle('What if');
  const view = useView();
  const navigate = useNavigate();
  const { hash } = useLocation();
  const policies = useQuery(policiesAt(questionOf(view)));
  const given = readDraft(hash);
  const tried = given.cedar !== undefined;
  const [draft, setDraft] = useState<Draft>({ ...emptyDraft, ...given });
  const [faults, setFaults] = useState<Partial<Record<keyof Draft, string>>>({});
  const begunWith = useRef<string>(undefined);

  // A policy that exists is begun with as it stands.
  const existing = policies.data?.data.find(({ policy }) => policy === draft.policy);
  useEffect(() => {
    if (tried || existing === undefined || begunWith.current === existing.policy) return;
    begunWith.current = existing.policy;
    const version = existing.versions.at(-1);
    if (version === undefined) return;
    setDraft((before) => ({
      ...before,
      title: version.title,
      authority: version.authority ?? '',
      // The reason of that version is no part of the next one.
      cedar: version.cedar === null ? before.cedar : readReason(version.cedar).cedar,
      effectiveFrom: version.effectiveFrom === null ? '' : writeMoment(Date.parse(version.effectiveFrom)),
      effectiveUntil: version.effectiveUntil === null ? '' : writeMoment(Date.parse(version.effectiveUntil)),
    }));
  }, [tried, existing]);

  const shown: Draft = { ...emptyDraft, ...given };
  const changed = tried && fields.some((field) => shown[field] !== draft[field]);
  const set = (field: keyof Draft, value: string): void => {
    setDraft((before) => ({ ...before, [field]: value }));
    setFaults(({ [field]: _, ...others }) => others);
  };
  const go = (event: FormEvent): void => {
    event.preventDefault();
    const found = faultsOf(draft);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    void navigate({
      to: '/findings/try',
      search: clocksOf(view),
      hash: writeDraft(draft),
      resetScroll: false,
    });
  };

  const field = (name: keyof Draft, label: string, placeholder = '', wide = false) => (
    <span className={wide ? 'stacked wide' : 'stacked'}>
      <label htmlFor={`draft-${name}`}>{label}</label>
      <input
        id={`draft-${name}`}
        type="text"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        list={name === 'policy' ? 'policy-ids' : undefined}
        value={draft[name]}
        aria-invalid={faults[name] !== undefined}
        aria-describedby={faults[name] === undefined ? undefined : `draft-${name}-fault`}
        onChange={(event) => set(name, event.target.value)}
      />
      {faults[name] === undefined ? null : (
        <span className="fault-text" id={`draft-${name}-fault`}>
          {faults[name]}
        </span>
      )}
    </span>
  );

  return (
    <>
      <div className="screen-head">
        <h1>What would a policy have found?</h1>
        <Link to="/findings" search={clocksOf(view)}>
          Back to the findings
        </Link>
      </div>
      <p className="hint">
        Write or paste rules in Cedar. They are judged over all history, as known now, against the version in
        force. Nothing is recorded until you adopt them.
      </p>
      <div className="try">
        <form className="panel draft" aria-label="Draft" onSubmit={go}>
          <div className="draft-body">
            <span className="stacked">
              <label htmlFor="draft-cedar">Rules, in Cedar</label>
              <textarea
                id="draft-cedar"
                className="cedar"
                rows={12}
                spellCheck={false}
                value={draft.cedar}
                aria-invalid={faults.cedar !== undefined}
                onChange={(event) => set('cedar', event.target.value)}
              />
              {faults.cedar === undefined ? null : <span className="fault-text">{faults.cedar}</span>}
            </span>
            <div className="draft-fields">
              {field('policy', 'Policy', 'us-data-stays')}
              {field('authority', 'Authority, if there is one')}
              {field('title', 'Title', 'US data stays in the US', true)}
              {field('effectiveFrom', 'Effective from (UTC)', '2022-06-17')}
              {field('effectiveUntil', 'Effective until, if it ends')}
              <button type="submit">Show the difference over all history</button>
              {changed ? (
                <p className="hint">The draft was changed since: what is shown is of the one before.</p>
              ) : null}
            </div>
            <datalist id="policy-ids">
              {policies.data?.data
                .filter(({ builtIn }) => !builtIn)
                .map(({ policy }) => (
                  <option key={policy} value={policy} />
                ))}
            </datalist>
          </div>
        </form>
        <div className="panel-column">
          {tried ? (
            <Outcome draft={shown} />
          ) : (
            <p className="hint">
              The difference shows here: what would be opened, closed, lengthened and shortened.
            </p>
          )}
        </div>
      </div>
    </>
  );
};
