// How much memory a program holds.
import { readFileSync } from 'node:fs';

/** The most memory that this program held until now, in MiB. */
export function peakMemoryMiB(): number {
  return Math.round(peakKiB() / 102.4) / 10;
}

/** On Linux what `resourceUsage` says of a process is never less than what its parent held: a build, before a first start. */
function peakKiB(): number {
  try {
    const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (peak !== null) return Number(peak[1]);
  } catch {
    // No such file on other systems.
  }
  return process.resourceUsage().maxRSS;
}
