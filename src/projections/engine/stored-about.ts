/**
 * What a stored event that enrols many people says about one of them: found in its bytes, without decoding the others.
 */

/** Smaller events are decoded whole, which takes no longer. */
const bytesMin = 4_096;

const backslash = 0x5c;
const beforeList = Buffer.from(',"data":{"subjects":[');
const afterList = Buffer.from('],"population":"');
const typeOfMany = Buffer.from('"type":"SubjectsEnrolled","time":"');
/** Subjects that JSON writes as they are, and that cannot be mistaken for the end of one and the beginning of another. */
const isPlain = /^[A-Za-z0-9._:/@-]+$/;

/**
 * The bytes of the event with this subject alone in its list.
 *
 * @param bytes an event as `encodeStored` writes it. Quotes within strings are escaped, so that what is looked for here
 *   can only be the members themselves.
 * @returns undefined if the event is small, of another type or form, or does not name the subject: decode it then.
 */
export const storedAbout = (bytes: Uint8Array, subject: string): Uint8Array | undefined => {
  if (bytes.length < bytesMin || !isPlain.test(subject)) return undefined;
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const list = stored.indexOf(beforeList);
  if (list < 0) return undefined;
  const type = stored.indexOf(typeOfMany);
  if (type < 0 || type > list) return undefined;
  const end = stored.lastIndexOf(afterList);
  const start = list + beforeList.length;
  if (end < start) return undefined;
  const named = Buffer.from(`"${subject}"`);
  let at = stored.indexOf(named, start);
  // A quote within another name is escaped.
  while (at >= 0 && stored[at - 1] === backslash) at = stored.indexOf(named, at + 1);
  if (at < 0 || at + named.length > end) return undefined;
  return Buffer.concat([stored.subarray(0, start), named, stored.subarray(end)]);
};
