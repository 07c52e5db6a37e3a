/** The Supervisor whose behaviour this is: clients decide by it what they may call. */
export const supervisorVersion = '4.3.0';
