/**
 * How the memory of a server is divided: each part that keeps something in memory is given its share, so that the whole
 * stays within a setting however many people there are. Two things may go beyond it: the heaps of threads that count
 * individuals or make evidence; and counts of everybody, which take 52 bytes or more for each event that enrols people in a
 * population. That is little where events name many people, and as much for each person where they are enrolled one by one.
 */

const mebibyte = 1_024 * 1_024;

/** The memory of a server where the setting is not given, in MiB. */
export const memoryMebibytesDefault = 1_536;
/** With less, a server could not even hold what its threads need to run. */
export const memoryMebibytesMin = 1_024;
/** The most that the setting takes: 1 TiB. */
export const memoryMebibytesMax = 1_048_576;

/**
 * What the process takes whatever it keeps. Idle it is about 290 MiB: 80 of the program, 15 to 40 for the heap of each of nine
 * threads, and the connections that read files from beginning to end. The rest is under way in the threads while many people
 * are recorded, and garbage that has not been collected yet.
 */
const runningMebibytes = 400;

/**
 * How much of the setting the filters of the vault may take. They take a little more than four bytes a person, so with the
 * default they are in memory for a hundred million people. Beyond that, lookups read some of them from the file.
 */
const vaultFiltersShare = 0.26;

/**
 * The heap that each thread for questions and evidence may take in any case. A share limits what such a thread keeps in
 * ordinary ledgers; one with very many individuals takes about four kilobytes for each of them, and with less heap its
 * findings could not be answered at all. Past the limit the question gets a 503.
 */
export const heapMebibytesMin = 2_048;

/** What a reader of the log and the projections keeps, in bytes. */
export interface ReaderShares {
  /** Pages of the log. */
  readonly logPages: number;
  /** Pages of the projections. */
  readonly projectionsPages: number;
  /** What is decoded: blocks, posting lists, events, names. */
  readonly caches: number;
}

/** What a thread that answers questions keeps, in bytes. `heap` limits what it counts, and what an answer takes meanwhile. */
export interface AnsweringShares extends ReaderShares {
  readonly heap: number;
}

/** The shares, in bytes. */
export interface MemoryShares {
  readonly logWriterPages: number;
  readonly vaultWriterPages: number;
  /** People of the vault whom the thread that admits them keeps at hand. */
  readonly vaultWriterEntries: number;
  /** Filters of the vault, in memory that its threads share. */
  readonly vaultFilters: number;
  readonly vaultPages: number;
  /** People of the vault whom questions keep at hand. */
  readonly vaultEntries: number;
  readonly projectionsWriterPages: number;
  /** Objects of the thread that takes requests: bodies, events on their way, answers. */
  readonly requests: number;
  /** Where questions are answered at once. */
  readonly serving: ReaderShares;
  /** The filters of the index of events, which questions that are answered at once use. They take a byte a person. */
  readonly eventFilters: number;
  /** The thread that answers wide questions. */
  readonly answering: AnsweringShares;
  /** The thread that answers long questions about one person. */
  readonly answeringAboutPeople: AnsweringShares;
  /** The limit of the heap of the thread that makes evidence. */
  readonly evidenceHeap: number;
}

/** Of a thousand parts of what is divided, how many each gets. */
const parts: Omit<MemoryShares, 'vaultFilters'> = {
  logWriterPages: 15,
  vaultWriterPages: 50,
  vaultWriterEntries: 20,
  vaultPages: 40,
  vaultEntries: 20,
  projectionsWriterPages: 50,
  requests: 60,
  serving: { logPages: 20, projectionsPages: 30, caches: 40 },
  eventFilters: 140,
  answering: { logPages: 10, projectionsPages: 30, caches: 90, heap: 160 },
  answeringAboutPeople: { logPages: 10, projectionsPages: 10, caches: 30, heap: 60 },
  evidenceHeap: 115,
};

/**
 * The shares of a server that may take so much memory.
 *
 * @param mebibytes at least `memoryMebibytesMin`.
 */
export const memoryShares = (mebibytes: number): MemoryShares => {
  const vaultFilters = Math.floor(mebibytes * mebibyte * vaultFiltersShare);
  const divided = (mebibytes - runningMebibytes) * mebibyte - vaultFilters;
  const of = (thousandths: number): number => Math.floor((divided * thousandths) / 1_000);
  const reader = ({ logPages, projectionsPages, caches }: ReaderShares): ReaderShares => ({
    logPages: of(logPages),
    projectionsPages: of(projectionsPages),
    caches: of(caches),
  });
  const heap = (thousandths: number): number => Math.max(of(thousandths), heapMebibytesMin * mebibyte);
  const thread = (each: AnsweringShares): AnsweringShares => ({ ...reader(each), heap: heap(each.heap) });
  return {
    logWriterPages: of(parts.logWriterPages),
    vaultWriterPages: of(parts.vaultWriterPages),
    vaultWriterEntries: of(parts.vaultWriterEntries),
    vaultFilters,
    vaultPages: of(parts.vaultPages),
    vaultEntries: of(parts.vaultEntries),
    projectionsWriterPages: of(parts.projectionsWriterPages),
    requests: of(parts.requests),
    serving: reader(parts.serving),
    eventFilters: of(parts.eventFilters),
    answering: thread(parts.answering),
    answeringAboutPeople: thread(parts.answeringAboutPeople),
    evidenceHeap: heap(parts.evidenceHeap),
  };
};
