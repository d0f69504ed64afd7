/** The store: exchanges kept in two layers, found by time, id, trace and query. */

export {
  checkPinName,
  DEFAULT_RETENTION,
  foundDifferences,
  groupsOf,
  isBalanced,
  MAX_RANGES,
  type NumberRange,
  PIN_NAME,
  type Pin,
  type PlannedDrop,
  type RepairLedger,
  type RepairProgress,
  type RepairRequest,
  type RetentionGroup,
  type RetentionPolicy,
  type RetentionReport,
  type RetentionRequest,
  RetentionSchedule,
  type SegmentOverview,
  type StoreCare,
  type StoreOverview,
  type VerifyFindings,
  type VerifyProgress,
  type VerifyRequest,
} from './care/index.ts';
export { type CassandraOptions, cassandraOptions } from './cassandra/options.ts';
export { type ElasticsearchOptions, elasticsearchOptions } from './elasticsearch/options.ts';
export { EXPORT_FORMATS, type ExchangeWriter, type ExportFormat, exchangeWriter } from './export/exchange-writer.ts';
export { type HbaseOptions, hbaseOptions } from './hbase/options.ts';
export { initLayers } from './init-layers.ts';
export { LayeredStore, MAX_TRACE_EXCHANGES } from './layered-store.ts';
export { type DataChoice, dataChoice, type IndexChoice, indexChoice } from './layers/layer-choice.ts';
export { openDataLayer, openIndexLayer } from './layers/open-layers.ts';
export { LevelDataLayer, type LevelDataLayerOptions } from './level/level-data-layer.ts';
export { LevelIndexLayer, type LevelIndexLayerOptions } from './level/level-index-layer.ts';
export { openStore, type StoreDeps } from './open-store.ts';
export type { OpenedStore } from './opened-store.ts';
export type { StoreOptions } from './options.ts';
export type { RecoveryReport } from './owner/recovery.ts';
export type { Damage, ReportDamage } from './read/damage.ts';
export type { IndexCounts, IndexState } from './write/index-feeder.ts';
