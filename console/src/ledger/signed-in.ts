/**
 * Runs before anything that looks at the address: a reader who comes back from signing in goes to where they were.
 */
import { finishSigningIn } from './login.ts';

await finishSigningIn();
