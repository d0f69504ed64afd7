/** The keys of the user: the file that has them, who seals and opens with them, who was shown what they seal. */
export { type AuditEntry, auditLogPath, recordAudit } from './audit-log.ts';
export { readKeyFile, rotateKeyFile } from './key-file.ts';
export type { StoredKey } from './key-file-text.ts';
export { type KeyFlags, keyFilePath } from './key-path.ts';
export { findKeys, type OpenedKeys, openKeys } from './open-keys.ts';
export { hidingCutter, openSealing, type Sealing, sealingCutter } from './open-sealing.ts';
export { type Opener, unsealed } from './unsealed-exchange.ts';
