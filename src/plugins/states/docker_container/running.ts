/**
 * A container as it shall be: what is there is compared with a second one made of the wish, which takes its place when they differ.
 *
 * Source: read, Salt 3006, which 3008 has no more.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { resolvedImage } from '../docker/image.js';
import { wantedNetworks, type Networks } from '../docker/networks.js';
import { attempt, lookedUp, part, sentences } from '../docker/shared.js';

export interface Wish {
  readonly name: string;
  readonly image: string | null;
  readonly skip_translate: Value;
  readonly ignore_collisions: Value;
  readonly validate_ip_addrs: Value;
  readonly client_timeout: number;
  readonly networks: Value;
  readonly force: boolean;
  readonly watch_action: Value;
  readonly start: boolean;
  readonly shutdown_timeout: Value;
  /** A requisite asks to send `watch_action` as a signal instead. */
  readonly send_signal: boolean;
}

/** What came of it so far. */
interface Course {
  readonly changes: PlainMap;
  readonly comments: string[];
  readonly warnings: string[];
  result: boolean | null;
}

const given = (course: Course, name: string): PlainMap => ({
  name, changes: course.changes, result: course.result, comment: sentences(course.comments), ...course.warnings.length === 0 ? {} : { warnings: course.warnings },
});

function into(course: Course, key: string, values: PlainMap): void {
  course.changes[key] = { ...part(course.changes, key), ...values };
}

const temporaryName = (made: PlainMap): string => str(made['Name'] ?? '');

/** The container made of the wish; under its own name when there is none yet. */
async function made({ name, image, skip_translate, ignore_collisions, validate_ip_addrs, client_timeout }: Wish, isNew: boolean, networks: Networks, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const translation = { skip_translate, ignore_collisions, validate_ip_addrs, client_timeout };
  const answer = await ctx.call('docker.create', [image], { name: isNew ? name : null, ...translation, ...Object.keys(networks).length === 0 ? {} : { networks }, ...options });
  return isPlainMap(answer) ? answer : {};
}

const networkNames = (facts: PlainMap): string[] => Object.keys(part(part(facts, 'NetworkSettings'), 'Networks'));

/** Brings the container into the wished networks and, when networks were wished at all, out of all others. */
async function joined(container: string, wish: Wish, networks: Networks, ctx: Context): Promise<void> {
  const before = networkNames(part({ facts: await ctx.call('docker.inspect_container', [container]) }, 'facts'));
  if (wish.networks === null) return;
  for (const extra of before.filter((network) => networks[network] === undefined)) await ctx.call('docker.disconnect_container_from_network', [container, extra]);
  for (const [network, settings] of Object.entries(networks)) {
    if (!before.includes(network)) await ctx.call('docker.connect_container_to_network', [container, network], settings);
  }
}

/** What differs between any two containers. */
const IGNORED = 'Hostname';

/** What differs; Docker from 25 on gives each container a hardware address of its own. The service is asked for its version only then: that takes a second. */
async function configChanges(name: string, other: string, ctx: Context): Promise<PlainMap> {
  const compared = await ctx.call('docker.compare_containers', [name, other], { ignore: IGNORED });
  const { Config, ...rest } = isPlainMap(compared) ? compared : {};
  if (!isPlainMap(Config ?? null)) return { ...rest };
  const { MacAddress, ...others } = Config as PlainMap;
  if (MacAddress === undefined) return { Config: others, ...rest };
  const version = part({ version: await ctx.call('docker.version') }, 'version')['VersionInfo'] ?? null;
  const kept = isList(version) && Number(version[0]) >= 25 ? others : { ...others, MacAddress };
  return { ...Object.keys(kept).length === 0 ? {} : { Config: kept }, ...rest };
}

/** Values that were empty texts once: made by releases of Salt that wrote them so. */
function isFromOldRelease(changes: PlainMap): boolean {
  const rows = Object.values(changes).flatMap((inside) => (isPlainMap(inside) ? Object.values(inside) : []));
  return rows.some((row) => isPlainMap(row) && row['new'] === null && (row['old'] === '' || (isList(row['old'] ?? null) && (row['old'] as Value[]).every((item) => item === ''))));
}

async function replace(course: Course, wish: Wish, second: PlainMap, ctx: Context): Promise<boolean> {
  const { name, shutdown_timeout: timeout } = wish;
  into(course, 'container_id', { removed: await ctx.call('docker.rm', [name], { stop: true, ...timeout === null ? {} : { timeout } }) });
  const renamed = await attempt(ctx.call('docker.rename', [temporaryName(second), name]));
  if ('value' in renamed && renamed.value === true) {
    course.comments.push(`Replaced container '${name}'`);
    into(course, 'container_id', { added: second['Id'] ?? null });
    return true;
  }
  if ('failure' in renamed) course.comments.push(`Failed to rename temp container: ${renamed.failure}`);
  course.comments.push(`Failed to replace container '${name}'`);
  course.result = false;
  return false;
}

async function sendSignal(course: Course, { name, watch_action: action }: Wish, ctx: Context): Promise<void> {
  if (ctx.test) {
    course.comments.push(`Signal ${str(action)} would be sent to container`);
    course.changes['signal'] = action;
    course.result = null;
    return;
  }
  const sent = await attempt(ctx.call('docker.signal', [name, action]));
  if ('failure' in sent) {
    course.result = false;
    course.comments.push(`Failed to signal container: ${sent.failure}`);
    return;
  }
  course.changes['signal'] = action;
  course.comments.push(`Sent signal ${str(action)} to container`);
}

/** Gives true when the second container took the place of the first. */
async function compared(course: Course, wish: Wish, second: PlainMap, networks: Networks, ctx: Context): Promise<boolean> {
  const { name } = wish;
  const config = await configChanges(name, temporaryName(second), ctx);
  const nets = wish.networks === null ? {} : await ctx.call('docker.compare_container_networks', [name, temporaryName(second)]);
  const net = isPlainMap(nets) ? nets : {};
  const differs = Object.keys(config).length > 0;
  if (differs) {
    into(course, 'container', config);
    if (isFromOldRelease(config)) {
      course.warnings.push('The detected changes may be due to incorrect handling of arguments in earlier Salt releases. If this warning persists after running the state '
        + `again${ctx.test ? ' without test=True' : ''}, and no changes were made to the SLS file, then please report this.`);
    }
  }
  if (Object.keys(net).length > 0) into(course, 'container', { Networks: net });
  if (ctx.test) {
    if (differs) course.comments.push(`Container '${name}' would be replaced`);
    if (Object.keys(net).length > 0) course.comments.push('Network configuration would be updated');
    if (differs || Object.keys(net).length > 0) course.result = null;
  }
  if (!differs && wish.send_signal) await sendSignal(course, wish, ctx);
  else if (!differs && Object.keys(net).length === 0) course.comments.push(`Container '${name}' is already configured as specified`);
  if (ctx.test) return false;
  if (differs) return replace(course, wish, second, ctx);
  await reconnected(course, name, net, networks, ctx);
  return false;
}

async function reconnected(course: Course, name: string, changes: PlainMap, networks: Networks, ctx: Context): Promise<void> {
  for (const network of Object.keys(changes).toSorted()) {
    const inside = await ctx.call('docker.connected', [network]);
    const wasIn = isList(inside) && inside.includes(name);
    const work = async (): Promise<void> => {
      if (wasIn) await ctx.call('docker.disconnect_container_from_network', [name, network]);
      if (networks[network] !== undefined) await ctx.call('docker.connect_container_to_network', [name, network], networks[network]);
    };
    const done = await attempt(work());
    if ('failure' in done) {
      course.result = false;
      course.comments.push(done.failure);
    } else if (networks[network] === undefined) course.comments.push(`Disconnected from network '${network}'`);
    else course.comments.push(wasIn ? `Reconnected to network '${network}' with updated configuration` : `Connected to network '${network}'`);
  }
}

/** Differs: in a test run the state to come is foretold, too. */
function foretold(course: Course, wish: Wish, before: { id: Value; state: Value }, imageId: Value): PlainMap {
  const { name, force, start } = wish;
  if (force && before.id !== null) course.changes['forced_update'] = true;
  else course.changes['image'] = { old: before.id, new: imageId === false ? wish.image : imageId };
  if (start && before.state !== 'running') course.changes['state'] = { old: before.state, new: 'running' };
  course.result = null;
  course.comments.push(`Container '${name}' would be ${before.id === null ? 'created' : 'replaced'}`);
  return given(course, name);
}

async function started(course: Course, wish: Wish, before: Value, ctx: Context): Promise<boolean> {
  const { name } = wish;
  if (ctx.test) {
    course.result = null;
    course.comments.push('Container would be started');
    course.changes['state'] = { old: before, new: 'running' };
    return true;
  }
  const done = await attempt(ctx.call('docker.start', [name]));
  if ('value' in done) return true;
  course.result = false;
  course.comments.push(`Failed to start container '${name}': '${done.failure}'`);
  return false;
}

/** A new container that cannot run is no container: it goes again. Differs: Salt leaves it. */
async function takenBack(course: Course, name: string, ctx: Context): Promise<void> {
  const removed = await attempt(ctx.call('docker.rm', [name], { force: true }));
  if ('failure' in removed) course.comments.push(`Failed to remove container '${name}': ${removed.failure}`);
  else delete course.changes['container_id'];
}

export async function running(wish: Wish, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, image, force, start } = wish;
  if (image === null) return failed(name, "The 'image' argument is required");
  const networks = await wantedNetworks(wish.networks, ctx);
  const resolved = await resolvedImage(image, wish.client_timeout, ctx);
  const course: Course = { changes: { ...resolved.changes }, comments: [], warnings: [], result: true };
  const facts = await lookedUp('docker.inspect_container', name, ctx);
  const before = { id: facts?.['Image'] ?? null, state: facts === undefined ? null : await ctx.call('docker.state', [name]) };
  const isOtherImage = before.id !== resolved.id;
  const isForced = force || facts === undefined || isOtherImage;
  if (isForced && ctx.test) return foretold(course, wish, before, resolved.id);

  const second = await made(wish, facts === undefined, networks, options, ctx);
  let isKept = false;
  try {
    await joined(temporaryName(second), wish, networks, ctx);
    if (facts === undefined) {
      isKept = true;
      course.comments.push(`Created container '${name}'`);
      into(course, 'container_id', { added: second['Id'] ?? null });
    } else isKept = isForced ? await replace(course, wish, second, ctx) : await compared(course, wish, second, networks, ctx);
  } finally {
    if (!isKept) await ctx.call('docker.rm', [temporaryName(second)], { force: true });
  }
  if (course.result === false) return given(course, name);

  const state = isKept && facts !== undefined ? 'stopped' : before.state ?? 'stopped';
  const starts = isKept ? start || before.state === 'running' : start && state !== 'running';
  if (starts && !await started(course, wish, before.state, ctx)) {
    if (facts === undefined) await takenBack(course, name, ctx);
    return given(course, name);
  }
  if (ctx.test) return given(course, name);
  return finished(course, wish, { ...before, isOtherImage: facts !== undefined && isOtherImage, imageId: resolved.id }, ctx);
}

async function finished(course: Course, { name, start }: Wish, before: { id: Value; state: Value; isOtherImage: boolean; imageId: Value }, ctx: Context): Promise<PlainMap> {
  const after = await ctx.call('docker.state', [name]);
  if (before.state !== after) {
    course.changes['state'] = { old: before.state, new: after };
    if (before.state !== null) course.comments.push(`State changed from '${str(before.state)}' to '${str(after)}'`);
  }
  if (before.isOtherImage) {
    course.comments.push('Container has a new image');
    course.changes['image'] = { old: before.id, new: before.imageId };
  }
  if (start && after !== 'running') {
    course.result = false;
    course.comments.push('Container is not running');
  }
  return given(course, name);
}
