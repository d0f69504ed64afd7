/** Targets deployed in units: who belongs where, and changes of that during a run. */
export { type UnitInput, type UnitOptions, unitsSchema } from './options.ts';
export type { RequestUserCounts } from './request-users.ts';
export type { UnitChangeReport, UnitChangeState } from './unit-change.ts';
export { UnitMap, type UnitMapOptions } from './unit-map.ts';
export { mergeUnitReports, type UnitReport } from './unit-report.ts';
export { type UnitRoute, UnitRouter } from './unit-router.ts';
