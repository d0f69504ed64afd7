/** One thing that is wrong with a document. */
export interface TaskFault {
  /** Within the document. */
  readonly path: readonly PropertyKey[];
  /** What was found, and what is allowed. */
  readonly text: string;
}
