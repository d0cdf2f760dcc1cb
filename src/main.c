/* main.c - the program: hands the call to the table of commands. */
#include "base/mem.h"
#include "cli/command.h"

int main(int argc, char **argv)
{
    static const struct command *const TABLE[] = {
        COMMANDS_NODE,    COMMANDS_USER,      COMMANDS_ORGANISATION, COMMANDS_PARTNER,
        COMMANDS_DIRECTORY, COMMANDS_FORM,   COMMANDS_EVIDENCE,    COMMANDS_REPORT,
        COMMANDS_BACKUP,    COMMANDS_DOCTOR, COMMANDS_MOVE,
        COMMANDS_DEMO_DATA, COMMANDS_SETTING,
    };
    return command_run(TABLE, COUNT_OF(TABLE), argc, argv);
}
