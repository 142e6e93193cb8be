// Opens an address in the browser of the machine.
import { spawn } from 'node:child_process';

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Tries; a machine without a browser has the address on its terminal. */
export function openBrowser(address: string): void {
  const [command, ...first] = COMMANDS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...first, address], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
