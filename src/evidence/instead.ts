/** What to ask instead of a question whose answers rest on too much for a bundle. */
import type { EvidenceQuestion } from './questions.ts';

/** In words, with the requests that list the narrower questions. */
export const insteadOf = ({ about, id, trail }: EvidenceQuestion): string => {
  const name = encodeURIComponent(id);
  switch (about) {
    case 'site':
    case 'party':
      return `ask about one finding (GET /v1/findings?${about}=${name} lists them), or about one person`;
    case 'finding':
      return `ask about one of the people whom it concerns (GET /v1/findings/${name}/subjects lists them)`;
    case 'subject':
      return trail
        ? 'ask without the trail, or as known at an earlier position'
        : 'ask as known at an earlier position';
  }
};
