// `--cell NAME` or a module of one's own that exports a cell: `--cell ./mine.js`.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { existsSync } from 'node:fs';
import { Cell } from '../cell/cell.js';
import { cellByName } from '../cell/cells/index.js';
import { type CellDefinition, defineCell } from '../cell/define.js';
import { UnrolledError } from '../errors.js';

const HELP = "export it, as in: export default { name: 'Mine', state: ['h'], step({ x, h, linear, tanh }) { … } }";

/** Whether it names a file. */
export function isCellModule(cell: string): boolean {
  return /[\\/]/.test(cell) || /\.[cm]?[jt]s$/i.test(cell);
}

/**
 * The cell that was asked for: a name stays a name. A module runs on this machine with all rights, as any program does; model
 * files never name one.
 * Errors: OPTION for an unknown name, NOT_FOUND, CELL for a module without a cell or with a faulty one.
 */
export async function readCell(cwd: string, cell: string | undefined): Promise<string | Cell | undefined> {
  if (cell === undefined) return undefined;
  if (!isCellModule(cell)) {
    cellByName(cell);
    return cell;
  }
  const path = resolve(cwd, cell);
  if (!existsSync(path)) {
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a module with a cell, found no file ${cell}`,
      'check the path, or name a built-in cell such as lstm',
    );
  }
  if (/\.[cm]?ts$/i.test(cell)) {
    throw new UnrolledError(
      'CELL',
      `expected a JavaScript module, received ${cell}`,
      'compile it first, as in: npx tsc mine.ts --module nodenext',
    );
  }
  let found: Record<string, unknown>;
  try {
    found = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    if (cause instanceof UnrolledError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UnrolledError(
      'CELL',
      `expected a module with a cell in ${cell}, received: ${message}`,
      'see --debug for where',
      { cause },
    );
  }
  const cells = [...new Set(Object.values(found))].filter((value) => isCell(value) || isDefinition(value));
  const chosen = isCell(found.default) || isDefinition(found.default) ? found.default : cells[0];
  if (chosen === undefined || (cells.length > 1 && chosen !== found.default)) {
    throw new UnrolledError(
      'CELL',
      `expected one cell in ${cell}, found ${cells.length} among its exports (${Object.keys(found).join(', ') || 'none'})`,
      HELP,
    );
  }
  // By its data: the module may have made it with another copy of the library.
  return isCell(chosen) ? Cell.fromData(chosen.toData()) : defineCell(chosen as CellDefinition<string>);
}

function isCell(value: unknown): value is { toData(): unknown } {
  return typeof value === 'object' && value !== null && 'toData' in value && typeof value.toData === 'function';
}

function isDefinition(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'step' in value && 'state' in value;
}
