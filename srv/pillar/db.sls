#!ts
// Data that is worked out rather than written: the counterpart of a Python pillar.
interface Facts {
  readonly grains: { readonly id: string; readonly mem_total?: number };
}

export function run({ grains }: Facts) {
  const megabytes = grains.mem_total ?? 1024;
  return { db: { name: grains.id.replace(/\W/g, '_'), buffer_mb: Math.floor(megabytes / 4), replicas: ['db2', 'db3'].filter((id) => id !== grains.id) } };
}
