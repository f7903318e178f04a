/** What if: simulates a policy in Cedar over all history before it is adopted (R20). */
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { AllTimeSentence } from '../clocks/clock-sentence.tsx';
import { writeMoment } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { policiesAt, simulated } from '../ledger/finding-queries.ts';
import { DayPicker } from '../parts/day-picker.tsx';
import { Answered } from '../parts/states.tsx';
import { useTitle } from '../parts/use-title.ts';
import { Adopt } from './adopt.tsx';
import { Difference } from './difference.tsx';
import { type Draft, draftFields, emptyDraft, faultsOf, momentOf, readDraft, writeDraft } from './draft.ts';
import { DraftErrors } from './draft-errors.tsx';
import { DraftWarnings } from './draft-warnings.tsx';
import { readReason } from './reason.ts';
import { TemplateForm } from './template-form.tsx';

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
  if (outcome.isError) return <DraftErrors error={outcome.error} />;
  return (
    <Answered of={outcome} what="the difference over all history">
      {(answer) => (
        <>
          <AllTimeSentence clocks={answer.clocks} />
          <DraftWarnings warnings={answer.warnings ?? []} />
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
  const startedFrom = useRef<string>(undefined);

  // The draft of an existing policy starts from its latest version.
  const existing = policies.data?.data.find(({ policy }) => policy === draft.policy);
  useEffect(() => {
    if (tried || existing === undefined || startedFrom.current === existing.policy) return;
    startedFrom.current = existing.policy;
    const version = existing.versions.at(-1);
    if (version === undefined) return;
    setDraft((before) => ({
      ...before,
      title: version.title,
      authority: version.authority ?? '',
      // The next version has its own reason.
      cedar: version.cedar === null ? before.cedar : readReason(version.cedar).cedar,
      effectiveFrom: version.effectiveFrom === null ? '' : writeMoment(Date.parse(version.effectiveFrom)),
      effectiveUntil: version.effectiveUntil === null ? '' : writeMoment(Date.parse(version.effectiveUntil)),
    }));
  }, [tried, existing]);

  const shown: Draft = { ...emptyDraft, ...given };
  const changed = tried && draftFields.some((field) => shown[field] !== draft[field]);
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
      <span className="with-picker">
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
        {name === 'effectiveFrom' || name === 'effectiveUntil' ? (
          <DayPicker label={label} value={draft[name]} onPick={(day) => set(name, day)} />
        ) : null}
      </span>
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
        Write or paste rules in Cedar. The ledger judges them over the whole history, as known now, and
        compares them with the version in force. Nothing is recorded until you adopt them.
      </p>
      <div className="try">
        <TemplateForm
          onMade={({ title, authority, cedar }) =>
            setDraft((before) => ({ ...before, title, authority: authority ?? '', cedar }))
          }
        />
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
              {field('policy', 'Policy', 'e.g. us-data-stays')}
              {field('authority', 'Authority (optional)')}
              {field('title', 'Title', 'e.g. US data stays in the US', true)}
              {field('effectiveFrom', 'Effective from (UTC)', 'e.g. 2022-06-17')}
              {field('effectiveUntil', 'Effective until (UTC, optional)')}
              <button type="submit">Show the difference over all history</button>
              {changed ? (
                <p className="hint">
                  You have changed the draft. The difference below belongs to the earlier draft.
                </p>
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
              Fill in the draft and show the difference. The findings that the policy would open, close,
              lengthen and shorten appear here.
            </p>
          )}
        </div>
      </div>
    </>
  );
};
