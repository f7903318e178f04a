/** Runs before anything reads the address: after signing in, the reader goes back to the previous page. */
import { finishSigningIn } from './login.ts';

await finishSigningIn();
