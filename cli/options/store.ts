/** `--store`: which store a command means. */
import { Option } from 'commander';

/** The same of every command. @param what the command does with it: `to search` */
export function storeOption(what: string): Option {
  return new Option('--store <store>', `the store ${what}: a folder, or a name of the config file's stores`);
}
