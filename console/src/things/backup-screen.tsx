export const BackupScreen = () => null;
