/** Grains `mem_total` and `swap_total`: whole MiB of `/proc/meminfo`. */
export function memoryGrains(meminfo: string | undefined): { mem_total: number; swap_total: number } {
  const mebibytes = (name: string): number => {
    const kibibytes = new RegExp(`^${name}\\s*:\\s*(\\d+)`, 'm').exec(meminfo ?? '')?.[1];
    return Math.floor(Number(kibibytes ?? 0) / 1024);
  };
  return { mem_total: mebibytes('MemTotal'), swap_total: mebibytes('SwapTotal') };
}
