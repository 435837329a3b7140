namespace Trueup.Emulators;

/// <summary>A control call asked for something that the emulated CRM does not have. Answered with 400 and this one sentence.</summary>
public sealed class ControlException(string message) : Exception(message);
