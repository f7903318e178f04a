/**
 * Planned misbehaviour of the KurrentDB double: the known failures of servers and networks. It never reorders,
 * since servers do not.
 */

/** The calls that can go wrong; `append` is both ways of appending. */
export type Method = 'append' | 'read' | 'subscribe' | 'features' | 'gossip';

/** What a call does instead of its task. */
export type Misbehaviour =
  /** Answers with an error, and does nothing. */
  | { readonly kind: 'refuse'; readonly code: number; readonly details: string; readonly exception?: string }
  /** Says that another node leads. */
  | { readonly kind: 'not-leader'; readonly host: string; readonly port: number }
  /** Does nothing, and never answers. */
  | { readonly kind: 'hang' }
  /** Does its task slowly. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Writes, and its answer never arrives: the call breaks off, or stays open for ever. */
  | { readonly kind: 'lose-answer'; readonly how: 'break-off' | 'hang' }
  /** Writes and answers, and leaves a batch append open until its deadline. */
  | { readonly kind: 'linger' }
  /** Never answers, and writes after it is no longer expected. */
  | { readonly kind: 'write-late'; readonly ms: number | 'after the next write' }
  /** Sends this many events and then breaks off with an error. */
  | { readonly kind: 'cut'; readonly afterEvents: number }
  /** Sends this many events and then ends in good order. */
  | { readonly kind: 'end'; readonly afterEvents: number }
  /** Sends this many events and then nothing more, without ending. */
  | { readonly kind: 'stall'; readonly afterEvents: number }
  /** Says that it has caught up, and checkpoints the head, before it has sent an event. */
  | { readonly kind: 'early-caught-up' };

/** A plan of misbehaviours: one call of its method uses up each. */
export class MisbehaviourPlan {
  /** Called for each call without a planned misbehaviour. */
  choose: ((method: Method) => Misbehaviour | undefined) | undefined;
  private readonly planned = new Map<Method, Misbehaviour[]>();

  /** Plans a misbehaviour for the next calls of a method. */
  next(method: Method, misbehaviour: Misbehaviour, times = 1): void {
    const waiting = this.planned.get(method) ?? [];
    for (let time = 0; time < times; time++) waiting.push(misbehaviour);
    this.planned.set(method, waiting);
  }

  /** Whether everything planned has happened. */
  get usedUp(): boolean {
    return [...this.planned.values()].every((waiting) => waiting.length === 0);
  }

  /** The misbehaviour of the method's next call. */
  take(method: Method): Misbehaviour | undefined {
    return this.planned.get(method)?.shift() ?? this.choose?.(method);
  }

  /** Removes all planned misbehaviour. */
  clear(): void {
    this.planned.clear();
    this.choose = undefined;
  }
}
