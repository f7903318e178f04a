/**
 * Reduces a stored event that enrols many people to one of them, directly in its bytes, without decoding the
 * others.
 */

/** Smaller events are decoded completely, which takes no longer. */
const bytesMin = 4_096;

const backslash = 0x5c;
const beforeList = Buffer.from(',"data":{"subjects":[');
const afterList = Buffer.from('],"population":"');
const typeOfMany = Buffer.from('"type":"SubjectsEnrolled","time":"');
/** Subjects without characters that JSON escapes and without those that separate list members. */
const isPlain = /^[A-Za-z0-9._:/@-]+$/;

/** Where a stored event has its list of subjects. */
export interface SubjectList {
  readonly stored: Buffer;
  /** Where its members begin and end. */
  readonly start: number;
  readonly end: number;
}

/** The list of subjects in a stored event that enrols many; undefined if it is small, or of another type or form. */
export const subjectListIn = (bytes: Uint8Array): SubjectList | undefined => {
  if (bytes.length < bytesMin) return undefined;
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const list = stored.indexOf(beforeList);
  if (list < 0) return undefined;
  const type = stored.indexOf(typeOfMany);
  if (type < 0 || type > list) return undefined;
  const end = stored.lastIndexOf(afterList);
  const start = list + beforeList.length;
  return end < start ? undefined : { stored, start, end };
};

const withAlone = ({ stored, start, end }: SubjectList, named: Uint8Array): Uint8Array =>
  Buffer.concat([stored.subarray(0, start), named, stored.subarray(end)]);

/**
 * The bytes of the event with this subject alone in its list.
 *
 * @param bytes an event as `encodeStored` writes it. Quotes in strings are escaped, so the search finds only list
 *   members.
 * @returns undefined if the event is small, of another type or form, or does not name the subject; then it must be
 * decoded.
 */
export const storedAbout = (bytes: Uint8Array, subject: string): Uint8Array | undefined => {
  if (!isPlain.test(subject)) return undefined;
  const list = subjectListIn(bytes);
  if (list === undefined) return undefined;
  const { stored, start, end } = list;
  const named = Buffer.from(`"${subject}"`);
  let at = stored.indexOf(named, start);
  // A quote within another name is escaped.
  while (at >= 0 && stored[at - 1] === backslash) at = stored.indexOf(named, at + 1);
  if (at < 0 || at + named.length > end) return undefined;
  return withAlone(list, named);
};

/** The bytes of an event that enrols many, with the first of its subjects alone; otherwise like `storedAbout`. */
export const storedAboutFirst = (bytes: Uint8Array): Uint8Array | undefined => {
  const list = subjectListIn(bytes);
  if (list === undefined) return undefined;
  const { stored, start, end } = list;
  const next = stored.indexOf('",', start);
  const named = stored.subarray(start, next < 0 || next > end ? end : next + 1);
  return named.includes(backslash) ? undefined : withAlone(list, named);
};
