// The build bundles each file of runtime/, which is named as a task, into a text.
import type { ModuleExportable } from './moduleTexts.js';

/** By task: its file and what that imports as one script, which declares `runtime`. */
export const RUNTIMES: Readonly<Record<ModuleExportable['task'], string>>;
