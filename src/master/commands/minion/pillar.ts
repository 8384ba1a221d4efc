/**
 * `_pillar`: compiles the pillar of the asking minion, seals it for that minion alone and signs it.
 *
 * Source: wire-protocol 5.4; golden wire/startup.
 */
import { generateKeyString, sealLoad } from '../../../bus/crypto/crypticle.js';
import { loadPublicKey, type RsaPrivateKey } from '../../../bus/crypto/rsa.js';
import type { EventBus } from '../../../bus/event/bus.js';
import { encodePillarData, encodePillarEnvelope, encodeSignedPillar } from '../../../bus/wire/pillar-reply.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { PillarRequest } from '../../../sls/pillar/compile.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { KnownStore } from '../../known/known-store.js';
import { SIZES, type MinionCommand } from '../../requests/command.js';

export interface PillarParts {
  readonly compile: (request: PillarRequest) => Promise<PlainMap>;
  readonly keys: KeyStore;
  readonly known: KnownStore;
  readonly privateKey: RsaPrivateKey;
  readonly bus: EventBus;
  /** `minion_data_cache`: keep grains and pillar for targeting. */
  readonly keep: boolean;
}

export function pillarCommand(parts: PillarParts): MinionCommand {
  return {
    name: '_pillar', from: 'minion', bytesMax: SIZES.medium,
    rule: 'An accepted minion, for itself: targets are matched with the id of its session and the grains it sends',
    async run(load, sender) {
      const request = {
        id: sender.id,
        grains: isPlainMap(load['grains']) ? { ...load['grains'], id: sender.id } : {},
        saltenv: envName(load['saltenv']), pillarenv: envName(load['pillarenv']),
        override: isPlainMap(load['pillar_override']) ? load['pillar_override'] : {},
        extra: isPlainMap(load['extra_minion_data']) ? load['extra_minion_data'] : {},
      } satisfies PillarRequest;
      const pillar = isPlainMap(load['grains']) ? await parts.compile(request) : {};
      if (parts.keep && isPlainMap(load['grains'])) remember(parts, request, pillar);
      const pem = parts.keys.read('accepted', sender.id);
      if (pem === undefined) return { kind: 'nothing' };
      const keyString = generateKeyString();
      const key = loadPublicKey(pem).encrypt(Buffer.from(keyString), sender.encAlgo);
      const data = encodePillarData(key, pillar, sender.nonce);
      const signed = encodeSignedPillar(data, await parts.privateKey.signAsync(data, sender.sigAlgo));
      return { kind: 'frame', frame: encodePillarEnvelope(key, sealLoad(keyString, signed)) };
    },
  };
}

/** An override asked for on a command line is not what the master knows the minion by. */
function remember(parts: PillarParts, request: PillarRequest, pillar: PlainMap): void {
  parts.known.setNow('grains', request.id, request.grains);
  if (Object.keys(request.override).length === 0) parts.known.setNow('pillar', request.id, pillar);
  parts.bus.fire(`minion/refresh/${request.id}`, { 'Minion data cache refresh': request.id });
}

const envName = (value: Value | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);
