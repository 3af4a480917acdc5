import { type ProviderSettings, readProviders } from '@cogitator-ai/openai-models';

/** Warns that a provider will ask for a key, where that can be told: at its own URL, and without any. */
export function warnOfMissingKey(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  settings: Readonly<Record<string, ProviderSettings>>,
): void {
  const keyName = `${name.toUpperCase()}_API_KEY`;
  // A service for which a key is all it takes, unlike what is installed somewhere.
  const [service] = readProviders({ [keyName]: 'a key' });
  const configured = readProviders(environment, settings).find((provider) => provider.name === name);
  if (!service || configured?.baseUrl !== service.baseUrl || configured.apiKey) return;
  process.emitWarning(`There is no API key for ${name}: set ${keyName} or llm.providers.${name}.apiKey.`);
}
