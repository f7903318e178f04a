/**
 * Why the ledger refuses a draft, with the place of each error.
 */
import { Refusal } from '../parts/refusal.tsx';

export const DraftErrors = ({ error }: { error: unknown }) => (
  <Refusal error={error} what="This policy cannot be adopted." className="cedar-errors" />
);
