namespace Trueup.Host.Settings;

/// <summary>A setting is wrong. The message is one line: key, value, what is allowed.</summary>
internal sealed class SettingsException(string message) : Exception(message);
