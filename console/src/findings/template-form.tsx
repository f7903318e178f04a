/**
 * A policy from a template, for readers who do not know Cedar. The page generates the text, which can be edited
 * before it is simulated.
 */
import { useQuery } from '@tanstack/react-query';
import * as E from 'fp-ts/lib/Either.js';
import { type FormEvent, useState } from 'react';
import { policyOfTemplate, policyTemplates, type TemplatedPolicy } from '../../../src/client/client.ts';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { partiesAt, populationsAt } from '../ledger/registry-queries.ts';
import { useNames } from '../parts/names.tsx';

export const TemplateForm = ({ onMade }: { onMade: (policy: TemplatedPolicy) => void }) => {
  const names = useNames();
  const question = questionOf(useView());
  const populations = useQuery(populationsAt(question));
  const parties = useQuery(partiesAt(question));
  const [name, setName] = useState('');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [fault, setFault] = useState<string>();
  const template = policyTemplates.find((each) => each.name === name);
  const make = (event: FormEvent): void => {
    event.preventDefault();
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
    const made = policyOfTemplate(name, given);
    setFault(E.isLeft(made) ? made.left : undefined);
    if (E.isRight(made)) onMade(made.right);
  };
  /** The choices for a parameter: parties or populations by name. */
  const optionsOf = (kind: string): ReadonlyArray<readonly [id: string, words: string]> =>
    kind === 'party'
      ? [...names.parties.values()].map((row) => [row.party, row.name ?? row.party] as const)
      : kind === 'population'
        ? (populations.data?.data ?? []).map((row) => [row.population, row.name ?? row.population] as const)
        : [];
  const isLoading = (kind: string): boolean =>
    kind === 'party' ? parties.isPending : kind === 'population' && populations.isPending;
  return (
    <form className="panel template" aria-label="Template" onSubmit={make}>
      <div className="panel-text">
        <span className="stacked">
          <label htmlFor="template-name">Start from a template (optional)</label>
          <select
            id="template-name"
            value={name}
            onChange={({ target }) => {
              setName(target.value);
              setValues({});
              setFault(undefined);
            }}
          >
            <option value="">no template: write the rules below</option>
            {policyTemplates.map((each) => (
              <option key={each.name} value={each.name}>
                {each.title}
              </option>
            ))}
          </select>
        </span>
        {template === undefined ? null : (
          <>
            <p className="hint">{template.says}</p>
            {template.parameters.map((parameter) => {
              const options = optionsOf(parameter.kind);
              const id = `template-${parameter.name}`;
              const shown = values[parameter.name] ?? parameter.default ?? '';
              const set = (value: string): void => setValues({ ...values, [parameter.name]: value });
              return (
                <span className="stacked" key={parameter.name}>
                  <label htmlFor={id}>{parameter.says}</label>
                  {options.length > 0 || isLoading(parameter.kind) ? (
                    <select
                      id={id}
                      value={shown}
                      disabled={isLoading(parameter.kind)}
                      onChange={({ target }) => set(target.value)}
                    >
                      <option value="">{isLoading(parameter.kind) ? 'loading…' : 'choose one'}</option>
                      {options.map(([value, words]) => (
                        <option key={value} value={value}>
                          {words}
                        </option>
                      ))}
                    </select>
                  ) : (
                    <input
                      id={id}
                      type="text"
                      autoComplete="off"
                      spellCheck={false}
                      value={shown}
                      onChange={({ target }) => set(target.value)}
                    />
                  )}
                </span>
              );
            })}
            {fault === undefined ? null : (
              <span className="fault-text" role="alert">
                {fault}
              </span>
            )}
            <button type="submit">Write the rules</button>
          </>
        )}
      </div>
    </form>
  );
};
