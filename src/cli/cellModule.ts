// `--cell NAME`, a file with the equations of a cell, `--cell my.cell`, or a module that exports one: `--cell ./mine.js`.
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Cell } from '../cell/cell.js';
import { cellByName } from '../cell/cells/index.js';
import type { CellDefinition } from '../cell/define/definition.js';
import { defineCell } from '../cell/defineCell.js';
import { cellFromData } from '../cell/fromData.js';
import { parseCell } from '../cell/language/read.js';
import { UnrolledError } from '../errors.js';
import { readBytes } from './files.js';
import { importOwn, isModulePath } from './ownModule.js';

const HELP =
  "export one, for example: export default { name: 'Mine', state: ['h'], step({ x, h, linear, tanh }) { … } }";

/**
 * The cell that was asked for: a name stays a name. Model files never name a module.
 * Errors: OPTION for an unknown name, NOT_FOUND, CELL for equations that do not fit, a module without a cell or with a faulty one.
 */
export async function readCell(cwd: string, cell: string | undefined): Promise<string | Cell | undefined> {
  if (cell === undefined) return undefined;
  if (/\.cell$/i.test(cell)) return readEquations(cwd, cell);
  if (!isModulePath(cell)) {
    cellByName(cell);
    return cell;
  }
  const found = await importOwn(cwd, cell, {
    what: 'a cell',
    code: 'CELL',
    instead: ', or name a built-in cell such as lstm',
  });
  const cells = [...new Set(Object.values(found))].filter((value) => isCell(value) || isDefinition(value));
  const chosen = isCell(found.default) || isDefinition(found.default) ? found.default : cells[0];
  if (chosen === undefined || (cells.length > 1 && chosen !== found.default)) {
    throw new UnrolledError(
      'CELL',
      `expected one exported cell in ${cell}, received ${cells.length} (${Object.keys(found).join(', ') || 'none'})`,
      HELP,
    );
  }
  // By its data: the module may have made it with another copy of the library.
  return isCell(chosen) ? cellFromData(chosen.toData()) : defineCell(chosen as CellDefinition<string>);
}

async function readEquations(cwd: string, file: string): Promise<Cell> {
  if (!existsSync(resolve(cwd, file))) {
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a file with the equations of a cell, received ${file}, which does not exist`,
      'check the path; unrolled explain gru prints one to begin with',
    );
  }
  const { decodeText } = await import('../text/decode.js');
  return parseCell(decodeText(await readBytes(cwd, file), file), { file: basename(file) });
}

function isCell(value: unknown): value is { toData(): unknown } {
  // Of whichever copy of the library; a cell can be called, which says that it is no class.
  const some = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return some && 'toData' in value && typeof value.toData === 'function';
}

function isDefinition(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'step' in value && 'state' in value;
}
