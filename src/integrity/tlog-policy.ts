/** Trust policies (C2SP tlog-policy): known logs and witnesses, and the required quorum of witnesses. */
import * as E from 'fp-ts/lib/Either.js';
import { parseVerifierKey, type VerifierKey } from './keys.ts';
import { sameHash } from './merkle-tree.ts';
import { type SignedNote, type VerifiedNote, verifyNote } from './signed-note.ts';

/** A trusted log, and its address. */
export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url: string | undefined;
}

/** A witness, with its name in the policy. */
export interface PolicyWitness {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url: string | undefined;
}

/** A rule for witnesses: a single one, or a number of several rules. */
type Quorum =
  | { readonly kind: 'witness'; readonly witness: PolicyWitness }
  | { readonly kind: 'group'; readonly least: number; readonly members: ReadonlyArray<Quorum> };

export interface TlogPolicy {
  readonly logs: ReadonlyArray<PolicyLog>;
  readonly witnesses: ReadonlyArray<PolicyWitness>;
  /** Undefined if no cosignature is required. */
  readonly quorum: Quorum | undefined;
}

/** Lines to read in a policy. */
const linesMax = 1_000;
/** The permitted key types of a log and of a witness. */
const logTypes: ReadonlyArray<VerifierKey['type']> = ['ed25519', 'ml-dsa-44-cosignature'];
const witnessTypes: ReadonlyArray<VerifierKey['type']> = ['ed25519-cosignature', 'ml-dsa-44-cosignature'];

const sameKey = (a: VerifierKey, b: VerifierKey): boolean => sameHash(a.publicKey, b.publicKey);

class PolicyReader {
  readonly logs: PolicyLog[] = [];
  readonly witnesses: PolicyWitness[] = [];
  private readonly rules = new Map<string, Quorum>();
  private readonly members = new Set<string>();
  quorum: { readonly rule: Quorum | undefined } | undefined;

  /** Parses a line. Returns what is wrong with it, if anything. */
  read(words: ReadonlyArray<string>): string | undefined {
    const [keyword, ...rest] = words;
    switch (keyword) {
      case 'log':
        return this.log(rest);
      case 'witness':
        return this.witness(rest);
      case 'group':
        return this.group(rest);
      case 'quorum':
        return this.setQuorum(rest);
      default:
        return `${keyword} is not one of log, witness, group and quorum`;
    }
  }

  private log([vkey, url, ...more]: ReadonlyArray<string>): string | undefined {
    if (vkey === undefined || more.length > 0) return 'expected: log VKEY [URL]';
    const key = parseVerifierKey(vkey);
    if (E.isLeft(key)) return key.left;
    if (!logTypes.includes(key.right.type)) return 'logs do not sign with keys of this type';
    if (this.logs.some((log) => sameKey(log.key, key.right))) return 'an earlier log has the same key';
    this.logs.push({ key: key.right, url });
    return undefined;
  }

  private witness([name, vkey, url, ...more]: ReadonlyArray<string>): string | undefined {
    if (name === undefined || vkey === undefined || more.length > 0)
      return 'expected: witness NAME VKEY [URL]';
    const key = parseVerifierKey(vkey);
    if (E.isLeft(key)) return key.left;
    if (!witnessTypes.includes(key.right.type)) return 'witnesses do not sign with keys of this type';
    if (this.witnesses.some((each) => sameKey(each.key, key.right)))
      return 'an earlier witness has the same key';
    const witness: PolicyWitness = { name, key: key.right, url };
    const fault = this.define(name, { kind: 'witness', witness });
    if (fault === undefined) this.witnesses.push(witness);
    return fault;
  }

  private define(name: string, rule: Quorum): string | undefined {
    if (name === 'none' || this.rules.has(name)) return `the name ${name} is taken`;
    this.rules.set(name, rule);
    return undefined;
  }

  private group([name, threshold, ...names]: ReadonlyArray<string>): string | undefined {
    if (name === undefined || threshold === undefined || names.length === 0)
      return 'expected: group NAME all|any|NUMBER MEMBER...';
    const least = threshold === 'all' ? names.length : threshold === 'any' ? 1 : Number(threshold);
    if (!/^(all|any|[1-9]\d*)$/.test(threshold) || least > names.length)
      return `expected all, any or a number from 1 to ${names.length} in place of ${threshold}`;
    const members: Quorum[] = [];
    for (const member of names) {
      const rule = this.rules.get(member);
      if (rule === undefined) return `${member} is not a witness or group of an earlier line`;
      if (this.members.has(member)) return `${member} is already in a group`;
      this.members.add(member);
      members.push(rule);
    }
    return this.define(name, { kind: 'group', least, members });
  }

  private setQuorum([name, ...more]: ReadonlyArray<string>): string | undefined {
    if (name === undefined || more.length > 0) return 'expected: quorum NAME, or quorum none';
    if (this.quorum !== undefined) return 'the policy already has a quorum';
    const rule = this.rules.get(name);
    if (name !== 'none' && rule === undefined) return `${name} is not a witness or group of an earlier line`;
    this.quorum = { rule };
    return undefined;
  }
}

/** Parses a policy; a fault names its line. */
export const parseTlogPolicy = (text: string): E.Either<string, TlogPolicy> => {
  const lines = text.split('\n');
  if (lines.length > linesMax) return E.left(`the policy has more than ${linesMax} lines`);
  const reader = new PolicyReader();
  for (const [index, line] of lines.entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    if (words.length === 0 || words[0]!.startsWith('#')) continue;
    const fault = reader.read(words);
    if (fault !== undefined) return E.left(`line ${index + 1} of the policy: ${fault}`);
  }
  return reader.quorum === undefined
    ? E.left('the policy has no "quorum" line; write "quorum none" to require no witness')
    : E.right({ logs: reader.logs, witnesses: reader.witnesses, quorum: reader.quorum.rule });
};

/** Whether the given witnesses form a quorum of a policy. */
export const isQuorum = ({ quorum }: TlogPolicy, by: ReadonlyArray<PolicyWitness>): boolean => {
  const isMet = (rule: Quorum): boolean =>
    rule.kind === 'witness' ? by.includes(rule.witness) : rule.members.filter(isMet).length >= rule.least;
  return quorum === undefined || isMet(quorum);
};

/** A checkpoint's note with the result of a policy. */
export interface JudgedNote extends VerifiedNote {
  readonly witnesses: ReadonlyArray<PolicyWitness>;
}

/**
 * Verifies the note of a checkpoint: a log of the policy must have signed it, and a quorum of witnesses cosigned
 * it.
 *
 * @param logs further trusted logs.
 */
export const verifyByPolicy = (
  note: SignedNote,
  policy: TlogPolicy,
  logs: ReadonlyArray<VerifierKey> = [],
): E.Either<string, JudgedNote> => {
  const logKeys = [...policy.logs.map(({ key }) => key), ...logs];
  const verified = verifyNote(note, [...logKeys, ...policy.witnesses.map(({ key }) => key)]);
  if (E.isLeft(verified)) return verified;
  const { by } = verified.right;
  const origin = note.text.slice(0, note.text.indexOf('\n'));
  if (!logKeys.some((key) => by.includes(key) && key.name === origin))
    return E.left('no trusted log signed it under its own origin');
  const witnesses = policy.witnesses.filter(({ key }) => by.includes(key));
  return isQuorum(policy, witnesses)
    ? E.right({ ...verified.right, witnesses })
    : E.left(`${witnesses.length} of the policy's witnesses cosigned it, which is not a quorum`);
};
