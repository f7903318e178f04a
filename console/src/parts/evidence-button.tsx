/**
 * A button that downloads the evidence for a screen: a file that others can verify without the ledger, and a page
 * for human readers.
 */
import { useState } from 'react';
import { type EvidenceQuestion, orThrow, type Question } from '../../../src/client/client.ts';
import { ledger } from '../ledger/session.ts';
import { save } from './download.ts';
import { Icon } from './icon.tsx';
import { Failure } from './states.tsx';

/** The subject of the evidence: one of them. */
export type EvidenceAbout =
  | { readonly subject: string; readonly trail?: boolean }
  | { readonly party: string }
  | { readonly site: string }
  | { readonly finding: string };

export const EvidenceButton = ({
  about,
  question,
  from,
  to,
}: {
  about: EvidenceAbout;
  question: Question;
  from?: string | undefined;
  to?: string | undefined;
}) => {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const handOut = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const asked: EvidenceQuestion = { ...question, ...about, from, to };
      const text = orThrow(await ledger().log.evidence(asked));
      // Loaded only when needed, to generate the page.
      const { openBundle } = await import('../check/open-bundle.ts');
      const { name, page } = openBundle(text);
      save(`${name}.domicile.json`, 'application/json', text);
      save(`${name}.html`, 'text/html', page);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        className="quiet evidence-button"
        disabled={busy}
        title="Save a file that others can check without this ledger, and a page to print"
        onClick={() => void handOut()}
      >
        <Icon name="proof" />
        {busy ? 'Collecting evidence…' : 'Evidence'}
      </button>
      {error === undefined ? null : <Failure error={error} />}
    </>
  );
};
