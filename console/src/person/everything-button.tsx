/** A button that saves everything known about a person as one page to read and print (GDPR, Article 15). */
import { useMutation } from '@tanstack/react-query';
import { orThrow, type Question } from '../../../src/client/client.ts';
import { everythingAt } from '../ledger/person-queries.ts';
import { ledger } from '../ledger/session.ts';
import { save } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { Failure } from '../parts/states.tsx';

export const EverythingButton = ({ subject, question }: { subject: string; question: Question }) => {
  const file = useMutation({
    mutationFn: async () => {
      const { clocks, data } = orThrow(await ledger().subjects.get(subject, everythingAt(question)));
      // Loaded only when needed.
      const [{ htmlOf }, { personDocument }] = await Promise.all([
        import('../../../src/contract/documents/html.ts'),
        import('../../../src/contract/documents/person-document.ts'),
      ]);
      save(`person-${subject}-${clocks.position}.html`, 'text/html', htmlOf(personDocument(data, clocks)));
    },
  });
  return (
    <>
      <button
        type="button"
        className="quiet"
        disabled={file.isPending}
        title="Save everything that is known about this person as a page to print (GDPR, Article 15)"
        onClick={() => file.mutate()}
      >
        <Icon name="down" />
        {file.isPending ? 'Collecting everything…' : 'Everything'}
      </button>
      {file.isError ? <Failure error={file.error} /> : null}
    </>
  );
};
