/** What is wrong with a bundle, and the place in the file as a JSON pointer (RFC 6901). */
export interface Fault {
  readonly place: string;
  readonly message: string;
}
