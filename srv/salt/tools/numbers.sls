#!js
// A state file as code: `run` gives the data. It is given salt, grains, pillar, opts, id, saltenv, sls and variables.
export async function run({ salt, grains }) {
  const echoed = await salt('test.echo', [`of ${grains.id}`]);
  return Object.fromEntries([1, 2, 3].map((number) => [`number-${number}`, { 'test.nop': [{ name: `${number * number} ${echoed}` }] }]));
}
