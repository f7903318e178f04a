/** What is wrong with a bundle, and where in the file, as a JSON pointer (RFC 6901). */
export interface Fault {
  readonly place: string;
  readonly message: string;
}
