// Where the time of scans goes, for profiles.
import * as TIME from '../numbers/time.js';

/** The parts of a scan's time, by their places in what the kernel answers. */
export const SCAN_PARTS = {
  packing: TIME.PACKING,
  products: TIME.PRODUCTS,
  programs: TIME.PROGRAMS,
  rowSums: TIME.ROW_SUMS,
  barriers: TIME.BARRIERS,
} as const;

export type ScanPart = keyof typeof SCAN_PARTS;

/** Seconds of the first thread by part, added up over scans. */
export type ScanTimes = Record<ScanPart, number>;
