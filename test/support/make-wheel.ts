/** Python packages made on the spot: wheels with one module and an empty record. */
import { execFileSync } from 'node:child_process';

const PROGRAM = `
import sys, zipfile
name, version, folder = sys.argv[1:]
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    info = f"{name}-{version}.dist-info"
    wheel.writestr(f"{name}.py", f"version = {version!r}\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: made\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", f"{name}.py,,\\n{info}/METADATA,,\\n{info}/WHEEL,,\\n{info}/RECORD,,\\n")
`;

export function makeWheel(name: string, version: string, folder: string): void {
  execFileSync('python3', ['-c', PROGRAM, name, version, folder], { stdio: 'pipe' });
}
