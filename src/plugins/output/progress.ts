/**
 * A bar that shows how many minions answered. Whoever prints it ends it with a carriage return, and the last with a
 * line break. Source: observed, Salt 3008.3 with progressbar33.
 */
import { PythonError } from '../../kernel/contract/errors.js';
import { defineOutput, type Progress } from '../../kernel/contract/plugin.js';
import { padStart } from '../../kernel/std/python-space.js';

const COLUMNS = 79;
const DAY = 86_400;

/** Seconds as Python prints a duration: `1 day, 0:01:05`. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / DAY);
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = `${Math.floor((whole % DAY) / 3600)}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return days === 0 ? time : `${days} day${days === 1 ? '' : 's'}, ${time}`;
}

/** More may answer than were expected, when minions stand behind syndics. */
function line({ returned, expected, elapsedSeconds, columns = COLUMNS }: Progress): string {
  const most = Math.max(returned, expected);
  const share = returned >= most ? 1 : returned / most;
  const percent = `${padStart(String(Math.floor(share * 100)), 3)}%`;
  const counts = `Elapsed Time: ${clock(elapsedSeconds)} Returns: [${returned}/${expected}]`;
  const width = Math.max(0, columns - percent.length - counts.length - 4);
  const filled = most === 0 ? 0 : Math.floor(share * width);
  return `${percent} |${'#'.repeat(filled)}${' '.repeat(width - filled)}| ${counts}`;
}

export default defineOutput({
  name: 'progress',
  output(_data, _opts, { progress }) {
    // Without a bar Salt's outputter fails in this way, and `nested` shows the data.
    if (progress === undefined) throw new PythonError('TypeError', "output() missing 1 required positional argument: 'bar'");
    return line(progress);
  },
});
