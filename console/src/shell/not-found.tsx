/**
 * An address without a screen.
 */
import { Link } from '@tanstack/react-router';
import { useTitle } from '../parts/use-title.ts';

export const NotFound = () => {
  useTitle('Page not found');
  return (
    <section className="state-page">
      <h1>Page not found</h1>
      <p>
        The console has no page at this address. <Link to="/">Start with a person.</Link>
      </p>
    </section>
  );
};
