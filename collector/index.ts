/** Packets → stream chunks: capture sources, decoding, reassembly, and what a machine needs for it. */

export type { DoctorCheck } from './doctor/doctor-check.ts';
export { listeningOn } from './doctor/listening-ports.ts';
export { runDoctor } from './doctor/run-doctor.ts';
export { type AssemblerOptions, DEFAULT_ASSEMBLER_OPTIONS } from './reassembly/options.ts';
export { OVERLAP_POLICIES, type OverlapPolicy } from './reassembly/overlap-policy.ts';
export { StreamAssembler, type StreamAssemblerDeps } from './reassembly/stream-assembler.ts';
export { type CaptureFilterOptions, captureFilter } from './sources/capture-filter.ts';
export * from './sources/capture-spec.ts';
export { type FileSlabs, openSlabs } from './sources/file-slabs.ts';
export { inflated } from './sources/inflated.ts';
export { type CaptureSourceDeps, openCaptureSource } from './sources/open-capture-source.ts';
