/** What `tsalt` says around the answers. Source: golden cli/salt-*. */

export const NO_MINIONS = 'No minions matched the target. No command was sent, no jid was assigned.';
/** Said too by what runs in batches. */
export const NO_MATCH = 'No minions matched the target.';
export const TOO_MANY = '\nNOTICE: Too many minions targeted, switching to batch execution.';
export const NO_RETURN = 'ERROR: No return received';
export const FAILED = 'ERROR: Minions returned with non-zero exit code';

export const noPublisherText = (sockDir: string): string => `Unable to connect to the salt master publisher at ${sockDir}`;
export const NO_DOCS = 'No minions found to gather docs from';

/** What a batch that cannot be understood ends with. Source: golden cli/salt-batch-bad. */
export function badBatchText(message: string): string {
  return `An un-handled exception was caught by Salt's global exception handler:\nSaltInvocationError: ${message}`;
}

/** Said after Ctrl-C: the job goes on. Source: read, Salt 3008.3, for the first lines. */
export function goesOnText(jid: string): string {
  return [
    '', `This job's jid is: ${jid}`,
    'The minions may not have all finished running and any remaining minions will return upon completion. '
      + 'To look up the return data for this job later, run the following command:',
    '', `tsalt-run jobs.lookup_jid ${jid}`, '', 'To go on watching it:', '', `tsalt-run jobs.follow ${jid}`,
  ].join('\n');
}

export function executingText(jid: string): string {
  const line = `Executing job with jid ${jid}`;
  return `${line}\n${'-'.repeat(line.length)}\n`;
}

export interface Summary {
  readonly targeted: number;
  readonly returned: number;
  readonly missing: readonly string[];
  readonly failed: readonly string[];
  readonly verbose: boolean;
}

export function summaryText({ targeted, returned, missing, failed, verbose }: Summary): string {
  const line = '-------------------------------------------';
  const lines = [
    '', '', line, 'Summary', line,
    `# of minions targeted: ${targeted}`, `# of minions returned: ${returned}`,
    `# of minions that did not return: ${missing.length}`, `# of minions with errors: ${failed.length}`,
  ];
  if (verbose) {
    if (missing.length > 0) lines.push(`Minions that did not return: ${missing.join(' ')}`);
    if (failed.length > 0) lines.push(`Minions with failures: ${failed.join(' ')}`);
  }
  return [...lines, line].join('\n');
}
