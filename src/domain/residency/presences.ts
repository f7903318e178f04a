/**
 * Who was in which holding, and when: the folds of R8 to R11 report who comes and goes, and this keeps the spans.
 */
import type { FoldingPlace } from '../recording/folding-order.ts';
import { type Span, SpanBuilder } from '../time/span.ts';
import { type BackupHolding, type Holding, holdingKey, type PopulationHolding } from './holding.ts';

/** A presence of a subject in a holding. */
export interface SubjectPresence extends Span {
  readonly subject: string;
  readonly holding: Holding;
}

/** How long a population's holding was live, even of nobody, or a backup was held at a site. */
export interface HoldingPresence extends Span {
  readonly holding: PopulationHolding | BackupHolding;
}

/** Comings and goings between two calls of `goOn`. */
const stepsAtOnce = 1_024;

/** One holding: when it was there, and when each subject was in it. */
export class Occupancy<H extends Holding = Holding> {
  readonly holding: H;
  private held: SpanBuilder | undefined;
  private readonly subjects = new Map<string, SpanBuilder>();
  private readonly step: () => void;

  /** @param step called for each coming and going, and for each presence that is told. */
  constructor(holding: H, step: () => void) {
    this.holding = holding;
    this.step = step;
  }

  /** The holding is there from now on. */
  begin({ time }: FoldingPlace, openedBy: ReadonlyArray<number>): void {
    this.held ??= new SpanBuilder();
    this.held.open(time, openedBy);
  }

  /** The holding is no longer there. */
  end({ time, position }: FoldingPlace): void {
    this.held?.close(time, position);
  }

  /** The subject is in the holding from now on. */
  enter({ time }: FoldingPlace, subject: string, openedBy: ReadonlyArray<number>): void {
    this.step();
    let spans = this.subjects.get(subject);
    if (spans === undefined) {
      spans = new SpanBuilder();
      this.subjects.set(subject, spans);
    }
    spans.open(time, openedBy);
  }

  /** The subject is no longer in the holding. */
  leave({ time, position }: FoldingPlace, subject: string): void {
    this.step();
    this.subjects.get(subject)?.close(time, position);
  }

  /** When the holding was there. */
  spans(): ReadonlyArray<Span> {
    return this.held?.spans() ?? [];
  }

  /** Adds the presences of all subjects to a list. */
  addPresencesTo(list: SubjectPresence[]): void {
    const { holding } = this;
    for (const [subject, spans] of this.subjects) {
      this.step();
      for (const { from, to, opened, closed } of spans.spans())
        list.push({ subject, holding, from, to, opened, closed });
    }
  }
}

/** Every holding there ever was. */
export class Presences {
  private readonly byKey = new Map<string, Occupancy>();
  private readonly goOn: (steps: number) => void;
  private steps = 0;

  /** @param goOn receives steps; it ends the fold by throwing. */
  constructor(goOn: (steps: number) => void) {
    this.goOn = goOn;
  }

  /** The occupancy of a holding: the same for equal holdings. */
  of<H extends Holding>(holding: H): Occupancy<H> {
    const key = holdingKey(holding);
    const known = this.byKey.get(key);
    if (known !== undefined) return known as Occupancy<H>;
    const occupancy = new Occupancy(holding, this.step);
    this.byKey.set(key, occupancy as Occupancy);
    return occupancy;
  }

  private readonly step = (): void => {
    this.steps += 1;
    if (this.steps % stepsAtOnce === 0) this.goOn(stepsAtOnce);
  };

  /** All presences of subjects in holdings. */
  ofSubjects(): ReadonlyArray<SubjectPresence> {
    const presences: SubjectPresence[] = [];
    for (const occupancy of this.byKey.values()) occupancy.addPresencesTo(presences);
    return presences;
  }

  /** All presences of populations' holdings and of backups. */
  ofHoldings(): ReadonlyArray<HoldingPresence> {
    return [...this.byKey.values()].flatMap((occupancy) => {
      const { holding } = occupancy;
      return holding.kind === 'own' ? [] : occupancy.spans().map((span) => ({ holding, ...span }));
    });
  }
}
