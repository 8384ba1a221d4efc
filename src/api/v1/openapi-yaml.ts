/** The description as YAML. The owner of js-yaml: loaded when somebody asks. */
export async function yamlText(value: object): Promise<string> {
  const { dump } = await import('js-yaml');
  return dump(value, { noRefs: true, lineWidth: 120 });
}
