/** People to search for in a ledger of examples, whose first event is from a source under `.example` (RFC 2606). */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { dataOf } from '../ledger/event-words.ts';
import { eventsThat, firstEvent } from '../ledger/log-queries.ts';
import { Id } from '../parts/names.tsx';

/** People to offer. */
const examplesMax = 6;

const isExample = (source: string | undefined): boolean =>
  source !== undefined && URL.canParse(source) && new URL(source).hostname.endsWith('.example');

export const Examples = () => {
  const view = useView();
  const first = useQuery(firstEvent);
  const enabled = isExample(first.data?.data[0]?.source);
  const enrolled = useQuery({ ...eventsThat({ type: 'SubjectEnrolled' }, {}), enabled });
  const people = (enrolled.data?.data ?? []).flatMap(
    (event) => dataOf(event, 'SubjectEnrolled')?.subject ?? [],
  );
  const offered = [...new Set(people)].slice(0, examplesMax);
  if (!enabled || offered.length === 0) return null;
  return (
    <p className="hint">
      This ledger contains an example. Try{' '}
      {offered.map((subject, index) => (
        <span key={subject}>
          {index === 0 ? '' : index === offered.length - 1 ? ' or ' : ', '}
          <Link to="/person" search={{ ...clocksOf(view), subject }}>
            <Id>{subject}</Id>
          </Link>
        </span>
      ))}
      .
    </p>
  );
};
