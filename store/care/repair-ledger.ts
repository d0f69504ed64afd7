/** What a repair met: blocks compared = equal + missing + different + in flight + damaged. */
export interface RepairLedger {
  segments: number;
  /** Blocks of the data layer that were compared with the index. */
  blocks: number;
  equal: number;
  /** The index had nothing of them. */
  missing: number;
  /** The index said something else. */
  different: number;
  /** Not in the index when they were first met, and there when they were asked again; or waiting for it in the writer. */
  inFlight: number;
  /** Their bytes in the data layer cannot be read: nothing to compare the index with. */
  damaged: number;
  /** In the index and not in the data layer. */
  dangling: number;
  /** Segments of the index without data. */
  droppedSegments: number;
  /** Segments of the index that could not be read, and were made anew. */
  rebuiltSegments: number;
  /** Segments of the data layer that could not be read as a whole: the index was compared with what could. */
  damagedSegments: number;
}

export function emptyRepairLedger(): RepairLedger {
  return {
    segments: 0,
    blocks: 0,
    equal: 0,
    missing: 0,
    different: 0,
    inFlight: 0,
    damaged: 0,
    dangling: 0,
    droppedSegments: 0,
    rebuiltSegments: 0,
    damagedSegments: 0,
  };
}

/** Whether every block is accounted for. */
export function isBalanced(ledger: RepairLedger): boolean {
  const { blocks, equal, missing, different, inFlight, damaged } = ledger;
  return blocks === equal + missing + different + inFlight + damaged;
}

/** Whether index and data differed in anything. */
export function foundDifferences(ledger: RepairLedger): boolean {
  const { missing, different, dangling, droppedSegments, rebuiltSegments } = ledger;
  return missing + different + dangling + droppedSegments + rebuiltSegments > 0;
}
