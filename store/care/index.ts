/** Looking after a store: repair, verify, retention, pinned recordings. */

export type { NumberRange } from '../owner/skipped-numbers.ts';
export type { CarePorts, WriterState } from './care-ports.ts';
export { checkPinName, PIN_NAME, type Pin } from './pin-notes.ts';
export type { RepairProgress, RepairRequest } from './repair.ts';
export { emptyRepairLedger, foundDifferences, isBalanced, type RepairLedger } from './repair-ledger.ts';
export type { RetentionReport, RetentionRequest } from './retention.ts';
export {
  DEFAULT_RETENTION,
  groupsOf,
  type PlannedDrop,
  planRetention,
  type RetentionGroup,
  type RetentionPolicy,
  type StoredSegment,
} from './retention-policy.ts';
export { RetentionSchedule } from './retention-schedule.ts';
export { LocalCare, type SegmentOverview, type StoreCare, type StoreOverview } from './store-care.ts';
export { MAX_RANGES, type VerifyFindings, type VerifyProgress, type VerifyRequest } from './verify.ts';
