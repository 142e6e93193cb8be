// The command that goes on with an interrupted training: what was typed, with --resume.

/** @param argv what was typed after `unrolled` */
export function resumeCommand(argv: readonly string[], checkpoint: string): string {
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--resume') i++;
    else if (!argv[i].startsWith('--resume=')) kept.push(argv[i]);
  }
  const end = kept.indexOf('--');
  kept.splice(end < 0 ? kept.length : end, 0, '--resume', checkpoint);
  return shellCommand(kept);
}

/** `unrolled …` as a shell reads it. */
export function shellCommand(argv: readonly string[]): string {
  const words = argv.map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
  return ['unrolled', ...words].join(' ');
}
