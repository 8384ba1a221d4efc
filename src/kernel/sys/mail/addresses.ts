/** Of a list, or of a text with commas between them. */
export const addresses = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : String(value ?? '').split(',')).map((one) => one.trim()).filter((one) => one !== '');
